import fc from 'fast-check';
import { sql } from 'kysely';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { noErrors } from '../serving/errors-by-key.ts';
import { noLatency } from '../serving/latency-sketch.ts';
import { mergeWindows } from '../serving/merge-windows.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { forgetGateway, liveGateways, reportGateway } from './gateways.ts';
import { migrate } from './migrate.ts';
import { openRegistry, type Registry } from './registry.ts';
import { sumBins, sumWindows, versionCosts, type WindowRow, writeWindows } from './windows.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const start = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(start.getTime() + ms);

function window(model: string, changes: Partial<WindowRow> = {}): WindowRow {
  return {
    process: 'gateway-1',
    model,
    version: 1,
    revision: 1,
    role: 'champion',
    startedAt: start,
    lengthMs: 2000,
    requests: 10,
    callerFaults: 1,
    errors: 2,
    fallbacks: 1,
    rows: 8,
    errorsByKey: { keys: [17, 99], counts: [1, 1], others: 0 },
    latency: { zeros: 1, buckets: [-3, 4], counts: [7, 2] },
    score: [4, 4],
    features: [8, 0, 3, 5],
    cpuMicros: 240,
    scoredRows: 8,
    memoryBytes: 1000,
    ...changes,
  };
}

describe('windows', () => {
  it('add, count by count and bucket by bucket', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [
      window(model),
      window(model, { process: 'gateway-2', latency: { zeros: 0, buckets: [-4, 4, 9], counts: [1, 2, 3] }, memoryBytes: 3000 }),
      window(model, { startedAt: later(2000), score: [1, 0], features: [] }),
    ]);
    expect(await sumWindows(registry, { model })).toEqual({
      requests: 30,
      callerFaults: 3,
      errors: 6,
      fallbacks: 3,
      rows: 24,
      latency: { zeros: 2, buckets: [-4, -3, 4, 9], counts: [1, 14, 6, 3] },
      cpuMicros: 720,
      scoredRows: 24,
      memoryBytes: 3000,
    });
    expect(await sumBins(registry, { model, version: 1 })).toEqual({ score: [9, 8], features: [16, 0, 6, 10] });
  });

  it('add in Postgres to what they add to in memory', async () => {
    const count = fc.nat(1000);
    const latency = fc.uniqueArray(fc.integer({ min: -345, max: 755 }), { maxLength: 20 }).chain((buckets) =>
      fc.record({
        zeros: count,
        buckets: fc.constant(buckets.toSorted((a, b) => a - b)),
        counts: fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: buckets.length, maxLength: buckets.length }),
      }),
    );
    const bins = fc.array(count, { minLength: 6, maxLength: 6 });
    const counts = fc.record({
      requests: count,
      callerFaults: count,
      fallbacks: count,
      rows: count,
      latency,
      score: bins,
      features: bins,
      cpuMicros: count,
      scoredRows: count,
      memoryBytes: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(counts, { minLength: 1, maxLength: 8 }), async (all) => {
        const { model } = await ExampleModel.apply(registry);
        const rows = all.map((one, i) => window(model, { ...one, errors: 0, errorsByKey: noErrors, startedAt: later(i) }));
        await writeWindows(registry, rows);
        const [whole] = mergeWindows(rows);
        const { latency: sketch, ...sum } = await sumWindows(registry, { model });
        expect(whole).toMatchObject(sum);
        expect(sketch).toEqual(whole?.latency);
        expect(await sumBins(registry, { model, version: 1 })).toEqual({ score: whole?.score, features: whole?.features });
      }),
      { numRuns: 15 },
    );
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
    expect(await requests({ roles: ['challenger'] })).toBe(10);
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
      rows: 0,
      latency: noLatency,
      cpuMicros: 0,
      scoredRows: 0,
      memoryBytes: 0,
    });
    expect(await sumBins(registry, { model: 'nobody', version: 1 })).toEqual({ score: [], features: [] });
    expect(await versionCosts(registry, 'nobody')).toEqual([]);
  });

  it('tell what a prediction of each version costs', async () => {
    const { model } = await ExampleModel.apply(registry);
    await writeWindows(registry, [
      window(model),
      window(model, { process: 'gateway-2', cpuMicros: 10, scoredRows: 2, memoryBytes: 7 }),
      window(model, { version: 2, cpuMicros: 0, scoredRows: 0, memoryBytes: 0 }),
    ]);
    expect(await versionCosts(registry, model)).toEqual([
      { version: 1, cpuMicrosPerRow: 25, memoryBytes: 1000, rows: 10 },
      { version: 2, cpuMicrosPerRow: null, memoryBytes: 0, rows: 0 },
    ]);
  });
});

describe('windows of an older registry', () => {
  it('keep their counters when it is migrated', async () => {
    const url = await createDatabase({ migrated: false });
    const old = openRegistry(url);
    try {
      await sql`CREATE TABLE migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`.execute(
        old.db,
      );
      for (const name of ['0001_models', '0002_releases', '0003_traffic', '0004_evidence', '0005_history']) {
        const text = await readFile(new URL(`./migrations/${name}.sql`, import.meta.url), 'utf8');
        await sql.raw(text).execute(old.db);
        const checksum = createHash('sha256').update(text).digest('hex');
        await sql`INSERT INTO migrations (name, checksum) VALUES (${`${name}.sql`}, ${checksum})`.execute(old.db);
      }
      await sql`INSERT INTO windows (process, model, version, revision, role, started_at, ended_at, requests, caller_faults, errors,
        fallbacks, latency, score) VALUES ('g1', 'm', 1, 1, 'champion', now(), now(), 10, 1, 2, 0, '{1,2,7}', '{10}')`.execute(
        old.db,
      );
      expect(await migrate(old)).toContain('0006_windows.sql');
      expect(await sumWindows(old, { model: 'm' })).toMatchObject({ requests: 10, errors: 2, latency: noLatency });
    } finally {
      await old.close();
    }
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
