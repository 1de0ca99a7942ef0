import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { noErrors } from '../serving/errors-by-key.ts';
import { noLatency } from '../serving/latency-sketch.ts';
import { recordDecision } from './decisions.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { recordOperation } from './operations.ts';
import { openRegistry, type Registry } from './registry.ts';
import { readReleaseHistory } from './release-history.ts';
import { closeRelease, updateRelease } from './releases.ts';
import { writeRevision } from './traffic.ts';
import { type WindowRow, writeWindows } from './windows.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const counted = (model: string, changes: Partial<WindowRow>): WindowRow => ({
  process: 'gateway-1',
  model,
  version: 1,
  revision: 1,
  role: 'champion',
  startedAt: new Date('2026-01-01T00:00:00Z'),
  lengthMs: 2000,
  requests: 10,
  callerFaults: 0,
  errors: 1,
  fallbacks: 0,
  rows: 10,
  errorsByKey: noErrors,
  latency: noLatency,
  score: [],
  features: [],
  cpuMicros: 0,
  scoredRows: 0,
  memoryBytes: 0,
  ...changes,
});

describe('what is on record of a release', () => {
  it('is its own: the revisions of its rollout with what both sides did, its decisions, and what was asked while it ran', async () => {
    const example = await ExampleModel.apply(registry);
    const { model } = example;
    await recordOperation(registry, { requestId: `${model}/before`, model, action: 'pause', by: 'ada', reason: 'too early' });
    const first = await example.register();
    await writeRevision(registry, example.revision(await example.epoch()));
    const second = await example.register();
    await updateRelease(registry, second.release, { version: 2, datasetDigest: example.evidence('').datasetDigest });
    const epoch = await example.epoch();
    await writeRevision(registry, example.revision(epoch, { challenger: 2, share: 0.25 }));
    await recordOperation(registry, { requestId: `${model}/during`, model, action: 'pause', by: 'bob', reason: 'lunch' });
    await writeRevision(registry, example.revision(epoch, { because: 'v2 gives way' }));
    const decision = { model, workflow: 'rollout', stage: 'ramp 1', action: 'rollBack', evidence: { errors: 9 } } as const;
    await recordDecision(registry, { ...decision, key: `${model}/a`, release: second.release, because: 'too many errors' });
    await recordDecision(registry, { ...decision, key: `${model}/b`, release: first.release, because: 'of another release' });
    await writeWindows(registry, [
      counted(model, { revision: 1 }),
      counted(model, { revision: 2, role: 'champion' }),
      counted(model, { revision: 2, role: 'outside', requests: 70 }),
      counted(model, { revision: 2, version: 2, role: 'challenger', requests: 4, errors: 3 }),
      counted(model, { revision: 2, version: 2, role: 'shadow', requests: 6 }),
    ]);
    await closeRelease(registry, {
      id: second.release,
      outcome: 'rolled_back',
      version: 2,
      because: 'too many errors',
      metrics: {},
    });
    await recordOperation(registry, { requestId: `${model}/after`, model, action: 'resume', by: 'ada', reason: 'too late' });

    const found = await readReleaseHistory(registry, second.release);
    expect(found).toMatchObject({
      release: { outcome: 'rolled_back' },
      version: { version: 2 },
      evaluation: null,
      reigns: [],
      steps: [],
    });
    expect(found.revisions.map(({ revision, champion, challenger, share }) => [revision, champion, challenger, share])).toEqual([
      [2, 1, 2, 0.25],
      [3, 1, null, 0],
    ]);
    expect(found.revisions.map(({ until }) => until === null)).toEqual([false, true]);
    expect(found.counts).toEqual([
      { revision: 2, version: 1, answered: 10, errors: 1, beside: 0 },
      { revision: 2, version: 2, answered: 4, errors: 3, beside: 6 },
    ]);
    expect(found.decisions.map(({ because, evidence }) => [because, evidence])).toEqual([['too many errors', { errors: 9 }]]);
    expect(found.operations.map(({ reason }) => reason)).toEqual(['lunch']);
  });

  it('is little where it came to nothing, and refused where there is no such release', async () => {
    const example = await ExampleModel.apply(registry);
    const { id } = await example.open();
    expect(await readReleaseHistory(registry, id)).toMatchObject({ version: null, dataset: null, revisions: [], counts: [] });
    await expect(readReleaseHistory(registry, `${example.model}/99`)).rejects.toMatchObject({ code: 'PAWL_RELEASE_NOT_FOUND' });
  });
});
