import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetRef } from '../src/data/dataset.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { openRegistry, type Registry } from '../src/registry/registry.ts';
import { openRelease } from '../src/registry/releases.ts';
import { applySpec } from '../src/registry/specs.ts';
import { listSteps } from '../src/registry/steps.ts';
import { timeline } from '../src/registry/timeline.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import type { ReleaseOptions } from '../src/messages/release.ts';
import { specDigest } from '../src/spec/digest.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { createDatabase } from '../test/stack/postgres.ts';
import { type Dependencies, wallClock } from './dependencies.ts';
import { createPipelineActivities, createTrainingActivities } from './pipeline.ts';
import type { Candidate } from './train.ts';

let folder: string;
let registry: Registry;
let store: ObjectStore;
let model: string;
let dependencies: Dependencies;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-steps-'));
  store = folderStore(join(folder, 'store'));
  model = `m-${randomUUID()}`;
  dependencies = { registry, store, clock: wallClock, logger: pino({ level: 'silent' }), lookEvery: 1000 };
  await writeRows(300);
  await applyWith({});
  return () => rm(folder, { recursive: true, force: true });
});
afterAll(() => registry.close());

/** Whoever earns more repays; the same each time. */
async function writeRows(rows: number): Promise<void> {
  const lines = Array.from({ length: rows }, (_, i) => {
    const income = (i * 37) % 100;
    return `${new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString()},${income},${income + ((i * 17) % 23) > 55 ? 'yes' : 'no'}`;
  });
  await writeFile(join(folder, 'rows.csv'), ['at,income,repaid', ...lines].join('\n'));
}

async function applyWith(training: object, contract: object = {}): Promise<void> {
  const spec = modelSpec.parse({
    model,
    task: 'binary-classification',
    owner: 'lending',
    source: { files: '*.csv' },
    contract: { timestamp: 'at', label: 'repaid', features: { income: { type: 'number' } }, ...contract },
    training: { params: { trees: 20 }, ...training },
    evaluation: { gates: [{ auc: { at_least: 0.6 } }] },
    cost: { project: 'loans', tags: { team: 'lending' } },
  });
  await applySpec(registry, { spec, digest: specDigest(spec), source: '', baseDirectory: folder, by: 'ada' });
}

async function open(options: ReleaseOptions = {}): Promise<string> {
  const trigger = { id: randomUUID(), kind: 'person' as const, because: 'a test', by: 'ada' };
  await recordTrigger(registry, { ...trigger, model, evidence: {} });
  const { spec_digest: digest } = await registry.db
    .selectFrom('models')
    .select('spec_digest')
    .where('name', '=', model)
    .executeTakeFirstOrThrow();
  return (await openRelease(registry, { model, runId: randomUUID(), specDigest: digest, trigger, ...options })).id;
}

const run = <T>(work: () => Promise<T>, attempt = 1): Promise<T> =>
  new MockActivityEnvironment({ attempt }).run<[], T, () => Promise<T>>(work);

interface Passed {
  readonly said: { readonly ingest: Said; readonly validate: Said; readonly train?: Said; readonly evaluate?: Said };
  readonly dataset: DatasetRef;
  readonly candidate?: Candidate;
  readonly evaluation?: Evaluation;
}
type Said = string | null | undefined;

/** The steps of a release as its workflow asks for them, up to the evaluation; gives what each says of itself. */
async function pass(release: string, until: 'validate' | 'train' | 'evaluate' = 'evaluate'): Promise<Passed> {
  const pipeline = createPipelineActivities(dependencies);
  const training = createTrainingActivities(dependencies);
  const { step: ingested, ...snapshot } = await run(() => pipeline.ingest({ release, model }));
  const { step: validated, ...dataset } = await run(() => pipeline.validate({ release, model, snapshot }));
  const said = { ingest: ingested?.because, validate: validated?.because };
  if (until === 'validate') return { said, dataset };
  const { step: trained, ...candidate } = await run(() => training.train({ release, model, dataset, shuffleLabels: false }));
  if (until === 'train') return { said: { ...said, train: trained?.because }, dataset, candidate };
  const { step: evaluated, ...evaluation } = await run(() => pipeline.evaluate({ release, model, dataset, candidate }));
  return { said: { ...said, train: trained?.because, evaluate: evaluated?.because }, dataset, candidate, evaluation };
}

const nothing = { ingest: null, validate: null, train: null, evaluate: null };

describe('steps whose inputs are unchanged', () => {
  it('are taken from the release that did them, with equal results, and told in the timeline', async () => {
    const first = await open();
    const before = await pass(first);
    expect(before.said).toEqual(nothing);
    const second = await open();
    const after = await pass(second);
    const from = `taken from ${first}`;
    expect(after).toEqual({ ...before, said: { ingest: from, validate: from, train: from, evaluate: from } });
    const third = await pass(await open());
    expect(third.said.train).toBe(from);

    const lines = (await timeline(registry, model, 50)).filter(({ kind }) => kind === 'step');
    expect(lines.filter(({ release }) => release === second).map(({ because }) => because)).toEqual(
      ['ingest', 'validate', 'train', 'evaluate'].map((step) => `${step}: ${from}`),
    );
  });

  it('are on record with what they went by and what they used, whom it is charged to, and cost next to nothing when taken', async () => {
    const first = await open();
    await pass(first);
    const second = await open();
    await pass(second);
    const done = await listSteps(registry, first);
    expect(done.map(({ step, state, rows }) => [step, state, rows])).toEqual([
      ['ingest', 'done', 300],
      ['validate', 'done', 300],
      ['train', 'done', 240],
      ['evaluate', 'done', 60],
    ]);
    for (const step of done) expect(step.cpuMs).toBeGreaterThan(0);
    expect(done[0]?.bytesWritten).toBeGreaterThan(1000);
    expect(done[2]?.bytesRead).toBeGreaterThan(1000);
    const taken = await listSteps(registry, second);
    expect(taken.map(({ state, takenFrom, bytesWritten }) => [state, takenFrom, bytesWritten])).toEqual(
      Array.from({ length: 4 }, () => ['taken', first, 0]),
    );
    const { project, owner, tags } = await registry.db
      .selectFrom('steps')
      .selectAll()
      .where('release', '=', first)
      .executeTakeFirstOrThrow();
    expect({ project, owner, tags }).toEqual({ project: 'loans', owner: 'lending', tags: { team: 'lending' } });
  });

  it('are taken again after others came in between', async () => {
    const first = await open();
    await pass(first);
    await applyWith({ params: { trees: 30 } });
    await pass(await open());
    await applyWith({ params: { trees: 20 } });
    expect((await pass(await open())).said.train).toBe(`taken from ${first}`);
  });
});

describe('a step is done again', () => {
  it('when parameters changed, and those before it are not', async () => {
    const first = await open();
    await pass(first);
    await applyWith({ params: { trees: 30 } });
    const { said } = await pass(await open());
    expect(said).toEqual({
      ingest: `taken from ${first}`,
      validate: `taken from ${first}`,
      train: 'trained again: parameters changed (trees 20 -> 30)',
      evaluate: 'evaluated again: candidate changed',
    });
  });

  it('when rows came, and says how many', async () => {
    await pass(await open());
    await writeRows(348);
    const { said } = await pass(await open());
    expect(said.ingest).toMatch(/^ingested again: source changed \(bytes [\d,]+ -> [\d,]+\)$/);
    expect(said.validate).toMatch(/^validated again: data changed \(48 rows more, newest /);
    expect(said.train).toMatch(/^trained again: data changed \(48 rows more, /);
  });

  it('when another champion leads: what was found of the candidate was found beside the one before', async () => {
    const first = await open();
    const { dataset, candidate, evaluation } = await pass(first);
    const pipeline = createPipelineActivities(dependencies);
    if (evaluation === undefined || candidate === undefined) throw new Error('unreachable');
    const { version } = await run(() => pipeline.register({ release: first, model, dataset, candidate, evaluation }));
    await moveChampion(registry, { model, version, release: first, by: 'pawl', because: 'a test', operationId: randomUUID() });
    const { said } = await pass(await open());
    expect(said.train).toBe(`taken from ${first}`);
    expect(said.evaluate).toMatch(/^evaluated again: champion changed \(version none -> 1\)$/);
  });

  it('when what it left is gone, or damaged, and is whole afterwards', async () => {
    const first = await open();
    const { candidate, dataset } = await pass(first, 'train');
    await store.delete(candidate?.uri ?? '');
    await store.put(dataset.uri.slice(store.root.length), Buffer.from('nothing of the kind'));
    const second = await open();
    const { said, ...again } = await pass(second, 'train');
    expect(said.ingest).toBe(`taken from ${first}`);
    expect(said.validate).toBe(`validated again: ${dataset.uri.slice(store.root.length)} in the object store is damaged`);
    expect(said).toHaveProperty(
      'train',
      `trained again: ${candidate?.uri.slice(store.root.length)} is no longer in the object store`,
    );
    expect(again).toEqual({ candidate, dataset });
    expect((await pass(await open(), 'train')).said.validate).toBe(`taken from ${second}`);
  });

  it('when rows are too old by now, although nothing else changed', async () => {
    await applyWith({}, { freshness: '1h' });
    const early = Date.UTC(2026, 0, 13, 12);
    const at = (time: number) => ({ ...dependencies, clock: { ...wallClock, now: () => Promise.resolve(time) } });
    dependencies = at(early);
    await pass(await open(), 'validate');
    expect((await pass(await open(), 'validate')).said.validate).toMatch(/^taken from /);
    dependencies = at(early + 24 * 3_600_000);
    const late = await open();
    await expect(pass(late, 'validate')).rejects.toThrow(/contract/);
    expect((await listSteps(registry, late)).map(({ step, state }) => [step, state])).toEqual([
      ['ingest', 'taken'],
      ['validate', 'failed'],
    ]);
  });

  it('when its answer was lost with its worker it is not: the next attempt finds it', async () => {
    const release = await open();
    const { dataset, candidate } = await pass(release, 'train');
    const training = createTrainingActivities(dependencies);
    const { step, ...again } = await run(() => training.train({ release, model, dataset, shuffleLabels: false }), 2);
    expect(again).toEqual(candidate);
    expect(step).toEqual({ takenFrom: null, because: null });
    expect((await listSteps(registry, release)).filter(({ step: name }) => name === 'train')).toMatchObject([
      { attempt: 1, state: 'done' },
      { attempt: 2, state: 'taken', takenFrom: release },
    ]);
  });
});

describe('what a person asks', () => {
  it('--fresh takes nothing', async () => {
    await pass(await open());
    expect((await pass(await open({ fresh: true }))).said).toEqual({
      ingest: 'ingested again: asked to take nothing',
      validate: 'validated again: asked to take nothing',
      train: 'trained again: asked to take nothing',
      evaluate: 'evaluated again: asked to take nothing',
    });
  });

  it('--from takes the steps before as they were, says what has changed since, and does the rest', async () => {
    const first = await open();
    const before = await pass(first);
    await writeRows(310);
    const { said, dataset } = await pass(await open({ from: 'train' }));
    expect(dataset).toEqual(before.dataset);
    expect(said.ingest).toMatch(
      new RegExp(`^taken from ${first} as it was, as ada asked to begin with train, although source changed \\(bytes .*\\)$`),
    );
    expect(said).toMatchObject({
      validate: `taken from ${first} as it was, as ada asked to begin with train`,
      train: 'trained again: asked to begin with train',
      evaluate: 'evaluated again: asked to begin with train',
    });
    // What was taken as it was is not what the source of then gives now.
    expect((await pass(await open(), 'validate')).said.ingest).toMatch(/^ingested again: source changed/);
  });

  it('--from works without the source, as nothing is read of it', async () => {
    const first = await open();
    await pass(first);
    await rm(join(folder, 'rows.csv'));
    const { said } = await pass(await open({ from: 'evaluate' }));
    expect(said.ingest).toMatch(/although what it depends on cannot be read now \(PAWL_SOURCE_NOT_FOUND\)$/);
    expect(said).toHaveProperty('train', `taken from ${first} as it was, as ada asked to begin with evaluate`);
  });

  it('--from fails with a code where there is nothing to take, or it is gone', async () => {
    await expect(pass(await open({ from: 'train' }))).rejects.toMatchObject({ code: 'PAWL_STEP_NOT_FOUND' });
    const first = await open();
    const { dataset } = await pass(first, 'validate');
    await store.delete(dataset.uri);
    await expect(pass(await open({ from: 'train' }))).rejects.toMatchObject({
      code: 'PAWL_STEP_NOT_FOUND',
      message: expect.stringContaining(`The step validate of ${first} cannot be taken`),
    });
  });
});
