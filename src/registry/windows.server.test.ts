import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { forgetGateway, liveGateways, reportGateway } from './gateways.ts';
import { openRegistry, type Registry } from './registry.ts';
import { sumWindows, type WindowRow, writeWindows } from './windows.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const start = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);

function window(model: string, changes: Partial<WindowRow> = {}): WindowRow {
  const counts = { requests: 10, callerFaults: 1, errors: 2, fallbacks: 1, latency: [0, 7, 3], score: [4, 6] };
  return {
    process: 'gateway-1',
    model,
    version: 1,
    revision: 1,
    role: 'champion',
    startedAt: start,
    lengthMs: 2000,
    ...counts,
    ...changes,
  };
}

describe('windows', () => {
  it('add, count by count and bin by bin', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [
      window(model),
      window(model, { process: 'gateway-2', latency: [1, 0, 5] }),
      window(model, { startedAt: later(2000), score: [1, 0] }),
    ]);
    expect(await sumWindows(registry, { model })).toEqual({
      requests: 30,
      callerFaults: 3,
      errors: 6,
      fallbacks: 3,
      latency: [1, 14, 11],
      score: [9, 12],
    });
  });

  it('count once, however often they are written', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [window(model)]);
    await Promise.all([
      writeWindows(registry, [window(model), window(model, { role: 'shadow' })]),
      writeWindows(registry, [window(model, { requests: 99 })]),
    ]);
    expect((await sumWindows(registry, { model })).requests).toBe(20);
    await writeWindows(registry, []);
  });

  it('are told apart by version, revision, role and time', async () => {
    const { model } = await ExampleModel.apply(registry);
    const requests = async (filter: object) => (await sumWindows(registry, { model, ...filter })).requests;
    await writeWindows(registry, [
      window(model, { requests: 1 }),
      window(model, { requests: 10, version: 2, revision: 2, role: 'challenger' }),
      window(model, { requests: 100, version: 2, revision: 3, role: 'shadow', startedAt: later(5000) }),
    ]);
    expect(await requests({})).toBe(111);
    expect(await requests({ version: 2 })).toBe(110);
    expect(await requests({ version: 2, revision: 3 })).toBe(100);
    expect(await requests({ sinceRevision: 2 })).toBe(110);
    expect(await requests({ role: 'challenger' })).toBe(10);
    // A window that began before and ended after counts whole; one that ended at that very moment does not.
    expect(await requests({ since: later(1999) })).toBe(111);
    expect(await requests({ since: later(2000) })).toBe(100);
    expect(await requests({ since: later(7000) })).toBe(0);
  });

  it('give zeros and no bins where there are none', async () => {
    expect(await sumWindows(registry, { model: 'nobody' })).toEqual({
      requests: 0,
      callerFaults: 0,
      errors: 0,
      fallbacks: 0,
      latency: [],
      score: [],
    });
  });
});

describe('gateways', () => {
  it('are those that reported lately, as they last did', async () => {
    const { model } = await ExampleModel.apply(registry);
    const report = { process: 'gateway-1', address: 'http://127.0.0.1:1', model, revision: null, versions: [] };
    await reportGateway(registry, report);
    await reportGateway(registry, { ...report, revision: 4, versions: [1, 2] });
    await reportGateway(registry, { ...report, process: 'gateway-2', revision: 3, versions: [1] });
    expect(await liveGateways(registry, model, 60_000)).toEqual([
      { ...report, revision: 4, versions: [1, 2] },
      { ...report, process: 'gateway-2', revision: 3, versions: [1] },
    ]);
    const age = (process: string, by: string) =>
      sql`UPDATE gateways SET reported_at = clock_timestamp() - ${by}::interval WHERE process = ${process} AND model = ${model}`.execute(
        registry.db,
      );
    await age('gateway-1', '2 minutes');
    expect((await liveGateways(registry, model, 60_000)).map(({ process }) => process)).toEqual(['gateway-2']);
    await age('gateway-1', '2 days');
    await reportGateway(registry, { ...report, process: 'gateway-2' });
    expect((await liveGateways(registry, model, 1e12)).map(({ process }) => process)).toEqual(['gateway-2']);
  });

  it('that stop in good order are gone at once', async () => {
    const { model } = await ExampleModel.apply(registry);
    await reportGateway(registry, { process: 'leaving', address: 'x', model, revision: 1, versions: [1] });
    await forgetGateway(registry, 'leaving');
    expect(await liveGateways(registry, model, 60_000)).toEqual([]);
  });
});
