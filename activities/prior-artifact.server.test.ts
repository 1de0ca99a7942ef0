import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveChampion } from '../src/registry/champion.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { specDigest } from '../src/spec/digest.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { createPipelineActivities, createTrainingActivities } from './pipeline.ts';
import type { Candidate } from './train.ts';

let folder: string;
let registry: Registry;
let model: string;
let store: ReturnType<typeof folderStore>;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-prior-'));
  store = folderStore(join(folder, 'store'));
  model = `m-${randomUUID()}`;
  return () => rm(folder, { recursive: true, force: true });
});
afterAll(() => registry.close());

/** An hour between rows; whoever earns more repays. */
async function writeRows(rows: number): Promise<void> {
  const lines = Array.from({ length: rows }, (_, i) => {
    const income = (i * 37) % 100;
    return `${new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString()},${income},${income + ((i * 17) % 23) > 55 ? 'yes' : 'no'}`;
  });
  await writeFile(join(folder, 'rows.csv'), ['at,income,repaid', ...lines].join('\n'));
}

async function applyWith(training: object): Promise<string> {
  const spec = modelSpec.parse({
    model,
    task: 'binary-classification',
    owner: 'lending',
    source: { files: '*.csv' },
    contract: { timestamp: 'at', label: 'repaid', features: { income: { type: 'number' } } },
    training: { trainer: 'ftrl', ...training },
    evaluation: { holdout: { newest: '1d' }, gates: [{ auc: { at_least: 0.6 } }] },
  });
  const digest = specDigest(spec);
  await applySpec(registry, { spec, digest, source: '', baseDirectory: folder, by: 'ada' });
  return digest;
}

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run<[], T, () => Promise<T>>(work);

/** A release up to its training, or up to its champion. */
async function release(digest: string, until: 'trained' | 'champion', shuffleLabels = false): Promise<Candidate> {
  const dependencies: Dependencies = { registry, store, clock: wallClock, logger: pino({ level: 'silent' }), lookEvery: 1000 };
  const pipeline = createPipelineActivities(dependencies);
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { id } = await openRelease(registry, { model, runId: randomUUID(), specDigest: digest, trigger });
  const { step: _ingested, ...snapshot } = await run(() => pipeline.ingest({ release: id, model }));
  const { step: _validated, ...dataset } = await run(() => pipeline.validate({ release: id, model, snapshot }));
  const { step: _trained, ...candidate } = await run(() =>
    createTrainingActivities(dependencies).train({ release: id, model, dataset, shuffleLabels }),
  );
  if (until === 'trained') return candidate;
  const { step: _evaluated, ...evaluation } = await run(() => pipeline.evaluate({ release: id, model, dataset, candidate }));
  const { version } = await run(() => pipeline.register({ release: id, model, dataset, candidate, evaluation }));
  await moveChampion(registry, { model, version, release: id, by: 'pawl', because: 'a test', operationId: randomUUID() });
  return candidate;
}

describe('a release of ftrl', () => {
  it("learns the rows that are newer than the champion's, and says so", async () => {
    const digest = await applyWith({});
    await writeRows(300);
    const first = await release(digest, 'champion');
    expect(first.notes).toEqual([]);
    await writeRows(348);
    const second = await release(digest, 'champion');
    expect(second.notes).toEqual([
      'Went on from version 1 on 48 rows after 2026-01-12T11:00:00.000Z, the newest that it had learned.',
    ]);
    await writeRows(350);
    expect((await release(digest, 'trained')).notes?.[0]).toMatch(/^Went on from version 2 on 2 rows after 2026-01-14T11:00/);
  });

  it('learns anew where parameters changed, where it is told to, and of labels that were dealt out at random', async () => {
    await writeRows(300);
    await release(await applyWith({}), 'champion');
    const notes = async (training: object, shuffled = false) =>
      (await release(await applyWith(training), 'trained', shuffled)).notes;
    expect(await notes({ params: { bins: 8 } })).toEqual([
      'Learned anew from all rows: parameters changed (bins 16 -> 8) since version 1.',
    ]);
    expect(await notes({ params: { continue: false } })).toEqual([]);
    expect(await notes({}, true)).toEqual([]);
  });

  it('does not go on from an artifact that is not the one that was registered', async () => {
    const digest = await applyWith({});
    await writeRows(300);
    const { uri } = await release(digest, 'champion');
    const damaged = Buffer.from(await store.get(uri));
    damaged[damaged.length - 20] = (damaged.at(-20) ?? 0) ^ 1;
    await store.put(uri.slice(store.root.length), damaged);
    await writeRows(348);
    await expect(release(digest, 'trained')).rejects.toThrow(/The artifact of version 1, which training goes on from/);
  });
});
