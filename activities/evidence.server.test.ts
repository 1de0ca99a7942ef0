import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleModel, exampleSpec } from '../src/registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { writeRevision } from '../src/registry/traffic.ts';
import { type WindowRow, writeWindows } from '../src/registry/windows.ts';
import { initialState } from '../src/rollout/course.ts';
import { decideStep } from '../src/rollout/decide-step.ts';
import { policyOf } from '../src/rollout/state.ts';
import { noErrors } from '../src/serving/errors-by-key.ts';
import { noLatency } from '../src/serving/latency-sketch.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { EvidenceReader } from './evidence.ts';

let registry: Registry;
const folder = mkdtempSync(join(tmpdir(), 'pawl-evidence-'));
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

type Asked = Pick<WindowRow, 'version' | 'role' | 'requests' | 'errors'>;

/** What a guard sees, and would do, at half of the callers of a segment, a minute after all of these windows. */
async function look(asked: readonly Asked[]) {
  const example = await ExampleModel.apply(registry, 2);
  const { model } = example;
  const policy = { ...policyOf(exampleSpec(model).release), segments: ['beta'], ramp: [0.5, 1] };
  const traffic = { challenger: 2, share: 0.5, segments: ['beta'] };
  const { revision } = await writeRevision(registry, example.revision(await example.epoch(), traffic));
  const now = Date.now();
  await writeWindows(
    registry,
    asked.map((one) => ({
      ...{ process: 'gateway-1', model, revision, callerFaults: 0, fallbacks: 0, rows: one.requests },
      ...{
        startedAt: new Date(now - 62_000),
        lengthMs: 2000,
        errorsByKey: noErrors,
        latency: noLatency,
        score: [],
        features: [],
      },
      ...{ cpuMicros: 0, scoredRows: 0, memoryBytes: 0 },
      ...one,
    })),
  );
  const times = { stepStartedAt: now - 120_000, rolloutStartedAt: now - 120_000, firstRevision: revision, revision, labelSeq: 0 };
  const store = folderStore(folder);
  const reader = new EvidenceReader({ registry, store, model, version: 2, champion: 1, policy, ...times });
  const evidence = await reader.look(now);
  const state = { ...initialState(true), stage: 'ramp' as const };
  return { evidence, decision: decideStep(state, { ...evidence, lapsed: false }, policy, null) };
}

describe('evidence of a rollout on a segment', () => {
  const outsiders = { version: 1, role: 'outside', requests: 100_000, errors: 50_000 } as const;
  const champion = { version: 1, role: 'champion', requests: 1000, errors: 0 } as const;
  const challenger = { version: 2, role: 'challenger', requests: 1000, errors: 0 } as const;

  it('is of its callers alone: errors of all others say nothing for the challenger', async () => {
    const { evidence, decision } = await look([outsiders, champion, { ...challenger, errors: 30 }]);
    expect(evidence.champion).toMatchObject({ requests: 1000, errors: 0 });
    expect(evidence.recentChampion).toMatchObject({ requests: 1000, errors: 0 });
    expect(evidence.errorSegments).toEqual([{ share: 0.5, championErrors: 0, challengerErrors: 30 }]);
    // With the outsiders' errors it would be the world that fails, and not the version.
    expect(decision).toMatchObject({
      action: 'rollBack',
      because: expect.stringMatching(/^challenger 3 % errors .*champion 0 %/),
    });
  });

  it('and nothing against it', async () => {
    const { evidence, decision } = await look([{ ...outsiders, errors: 100_000 }, champion, challenger]);
    expect(evidence.errorSegments).toEqual([]);
    expect(decision.action).toBe('hold');
  });
});
