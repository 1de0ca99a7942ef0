import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { breakGlass } from './break-glass.ts';
import { moveChampion, previousChampion } from './champion.ts';
import { noErrors } from '../serving/errors-by-key.ts';
import { beginDrill, countedSince, endDrill, lastAnswerOf, listDrills, registerCopy } from './drills.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { releaseWork } from './release-work.ts';
import { closeRelease, lastEndedRelease, openRelease } from './releases.ts';
import { timeline } from './timeline.ts';
import { getVersion } from './versions.ts';
import { writeWindows, type WindowRow } from './windows.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

/** A model with a champion, and a drill of it that has its copy: v2. */
async function drilled() {
  const example = await ExampleModel.apply(registry, 1);
  const { model } = example;
  await moveChampion(registry, { model, version: 1, release: null, by: 'ada', because: 'first', operationId: randomUUID() });
  const input = { model, runId: randomUUID(), specDigest: 'spec-1', trigger: await example.trigger(), drill: true };
  const { id: release } = await openRelease(registry, input);
  await beginDrill(registry, { release, model, champion: 1 });
  const { version } = await registerCopy(registry, { release, model, of: 1 });
  return { example, model, release, version };
}

describe('a drill', () => {
  it("has the champion's artifact under a number of its own, one a drill", async () => {
    const { model, release, version } = await drilled();
    expect(version).toBe(2);
    expect(await registerCopy(registry, { release, model, of: 1 })).toEqual({ version });
    const [original, copy] = [await getVersion(registry, model, 1), await getVersion(registry, model, 2)];
    expect(copy).toEqual({ ...original, version: 2, release, copyOf: 1, createdAt: copy.createdAt });
    expect(original.copyOf).toBeNull();
  });

  it('says what it has shown, once', async () => {
    const { model, release, version } = await drilled();
    await beginDrill(registry, { release, model, champion: 1 });
    expect(await listDrills(registry, model)).toMatchObject([{ release, champion: 1, version, ended: null, waysBack: [] }]);
    const recovery = { tookMs: 400, waitedMs: 120_000, gateways: 1, late: [], lastAnswerMs: 900 };
    const waysBack = [{ version: 1, loads: true, because: 'v1 answers' }];
    await endDrill(registry, { release, ended: 'as_planned', rule: null, recovery, waysBack });
    await endDrill(registry, { release, ended: 'failed', rule: 'mae', recovery: null, waysBack: [] });
    const because = 'it ends here';
    await closeRelease(registry, { id: release, outcome: 'rolled_back', version, because, metrics: {} });
    expect(await listDrills(registry, model)).toMatchObject([{ ended: 'as_planned', rule: null, because, recovery, waysBack }]);
    const said = (await timeline(registry, model, 50)).filter(({ kind }) => kind === 'release').map((row) => row.because);
    expect(said.slice(-2)).toEqual([`${release}, a drill, begins`, `${release}, a drill, ends: it ends here`]);
  });

  it('has failed where its workflow was lost', async () => {
    const { model, release, version } = await drilled();
    await closeRelease(registry, { id: release, outcome: 'failed', version, because: 'lost', metrics: {} });
    expect(await listDrills(registry, model)).toMatchObject([{ ended: 'failed' }]);
  });

  it('counts as no release, neither in a week nor for a cooldown', async () => {
    const { example, model, release, version } = await drilled();
    await closeRelease(registry, { id: release, outcome: 'rolled_back', version, because: '', metrics: {} });
    // The example's own release, which made v1.
    expect(await releaseWork(registry, model)).toMatchObject({ thisWeek: 1 });
    expect(await lastEndedRelease(registry, model)).toBeNull();
    const { id } = await example.open();
    await closeRelease(registry, { id, outcome: 'rejected', version: null, because: '', metrics: {} });
    expect(await lastEndedRelease(registry, model)).toMatchObject({ id });
  });

  it('leaves nobody its copy to lead, or to go back to', async () => {
    const { example, model, version } = await drilled();
    const move = { model, version, release: null, by: 'ada', because: 'a mistake', operationId: randomUUID() };
    await expect(moveChampion(registry, move)).rejects.toThrow(/a copy, for a drill: it never leads/);
    const input = { model, by: 'ada', reason: 'a mistake', operationId: randomUUID(), to: version };
    await expect(breakGlass(registry, input)).rejects.toMatchObject({ code: 'PAWL_NO_WAY_BACK' });
    expect(await previousChampion(registry, model)).toBeNull();
    const { version: next } = await example.register();
    await moveChampion(registry, { ...move, version: next, operationId: randomUUID() });
    expect(await previousChampion(registry, model)).toMatchObject({ version: 1 });
  });
});

describe('the last answer of a copy', () => {
  it('is within the last window in which it answered callers', async () => {
    const { model, version } = await drilled();
    const window = (changes: Partial<WindowRow>): WindowRow => ({
      process: 'gateway-1',
      model,
      version,
      revision: 4,
      role: 'challenger',
      startedAt: new Date('2026-01-01T00:00:00Z'),
      lengthMs: 2000,
      requests: 10,
      callerFaults: 0,
      errors: 0,
      fallbacks: 0,
      rows: 10,
      errorsByKey: noErrors,
      latency: { zeros: 0, buckets: [], counts: [] },
      score: [],
      features: [],
      cpuMicros: 0,
      scoredRows: 0,
      memoryBytes: 0,
      ...changes,
    });
    expect(await lastAnswerOf(registry, model, version)).toBeNull();
    const later = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000);
    await writeWindows(registry, [
      window({}),
      window({ startedAt: later(2) }),
      window({ startedAt: later(4), role: 'shadow' }),
      window({ startedAt: later(4), requests: 0 }),
      window({ startedAt: later(6), version: 1, revision: 5, role: 'champion', process: 'gateway-2' }),
    ]);
    expect(await lastAnswerOf(registry, model, version)).toBe(later(4).getTime());
    expect(await countedSince(registry, model, 5)).toEqual(['gateway-2']);
  });
});
