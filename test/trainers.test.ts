import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonUnavailable, pythonEnvironment } from '../infra/programs/python-environment.ts';
import { readFrame } from '../src/data/frame.ts';
import { splitHoldout } from '../src/data/holdout.ts';
import { ingest } from '../src/data/ingest.ts';
import { validate } from '../src/data/validate.ts';
import { computeMetrics } from '../src/evaluation/metrics.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { scoreFrame } from '../src/onnx/score-frame.ts';
import { packageFile } from '../src/package-root.ts';
import { specDigest } from '../src/spec/digest.ts';
import { parseSpec } from '../src/spec/parse.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import { CommandBed, foldersLeft } from '../src/training/command/command-bed.testsuite.ts';
import { trainByCommand } from '../src/training/command/trainer.ts';
import type { TrainingControl } from '../src/training/trainer.ts';

/** What a Python of this machine may have already: PyPI's torch for Linux brings 3 GB for graphics cards. */
const present: Readonly<Record<string, string>> = { pytorch: 'torch' };

const pythons = new Map<string, Promise<string | PythonUnavailable>>();

/** The Python of an example, its packages from PyPI once, into pawl's cache; why there is none here. */
function pythonOf(name: string): Promise<string | PythonUnavailable> {
  const requirements = packageFile(`examples/trainers/${name}/requirements.txt`);
  const made =
    pythons.get(name) ??
    pythonEnvironment(`trainer-${name}`, requirements, console.log, present[name]).catch((error: unknown) => {
      if (error instanceof PythonUnavailable) return error;
      throw error;
    });
  pythons.set(name, made);
  return made;
}

describe.each([
  ['scikit-learn', 0.88],
  ['lightgbm', 0.8],
  ['xgboost', 0.8],
  ['pytorch', 0.9],
])('the example trainer %s', (name, leastAuc) => {
  let python: string | PythonUnavailable;
  let store: string;
  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'pawl-trainers-'));
    python = await pythonOf(name);
  }, 600_000);
  afterAll(() => rm(store, { recursive: true, force: true }));

  it('makes a graph that scores as it does, and is good at its task', { timeout: 120_000 }, async ({ skip }) => {
    if (typeof python !== 'string') return skip(`No Python for ${name} here. ${python.message}`);
    const folder = packageFile(`examples/trainers/${name}`);
    const spec = parseSpec(await readFile(join(folder, 'pawl.yaml'), 'utf8'), 'pawl.yaml');
    const objects = folderStore(store);
    const snapshot = await ingest({ spec, baseDirectory: folder, store: objects });
    const dataset = await validate({ spec, specDigest: specDigest(spec), snapshot, store: objects, now: new Date() });
    const { train, holdout } = splitHoldout(await readFrame(objects, dataset.uri, spec), spec.evaluation.holdout);
    const { seed, params, command = [] } = spec.training;
    const phases: string[] = [];
    const trained = await trainByCommand(
      { task: spec.task, frame: train, params, seed },
      {
        spec: { ...spec, training: { ...spec.training, command: [python, ...command.slice(1)] } },
        baseDirectory: folder,
        release: `${spec.model}/1`,
        dataset: { digest: dataset.digest, rows: dataset.rows },
        prior: () => Promise.resolve(null),
      },
      {
        signal: new AbortController().signal,
        onProgress: ({ phase }) => void phases.push(phase),
        onCheckpoint: () => undefined,
      },
    );
    const model = await OnnxModel.open(trained.onnx);
    try {
      const scores = await scoreFrame(model, holdout);
      expect(computeMetrics(spec.task, holdout.label, scores, 0.5)['auc']).toBeGreaterThan(leastAuc);
    } finally {
      await model.release();
    }
    expect(trained.params).toEqual(params);
    expect(phases.at(-1)).toBe('check');
  });
});

describe('the network of PyTorch', () => {
  let python: string | PythonUnavailable;
  let bed: CommandBed;
  beforeAll(async () => {
    bed = await CommandBed.make();
    python = await pythonOf('pytorch');
  }, 600_000);
  afterAll(() => bed.remove());

  const train = (executable: string, params: Record<string, unknown>, control: Partial<TrainingControl> = {}, keys = {}) =>
    bed.run([executable, packageFile('examples/trainers/pytorch/train.py')], keys, control, { params });

  it(
    'takes missing numbers, columns that say nothing, and categories that it has not seen',
    { timeout: 120_000 },
    async ({ skip }) => {
      if (typeof python !== 'string') return skip(`No Python for pytorch here. ${python.message}`);
      const { onnx } = await train(python, { epochs: 2 });
      const { region } = bed.job.frame.columns;
      if (region?.type !== 'category') throw new Error('region is a category');
      const never = region.levels.indexOf('never');
      const unseen = {
        ...bed.job.frame,
        columns: { ...bed.job.frame.columns, region: { ...region, codes: region.codes.map(() => never) } },
      };
      const model = await OnnxModel.open(onnx);
      try {
        expect([...(await scoreFrame(model, unseen))].every((score) => score > 0 && score < 1)).toBe(true);
      } finally {
        await model.release();
      }
    },
  );

  it('learns the same twice', { timeout: 120_000 }, async ({ skip }) => {
    if (typeof python !== 'string') return skip(`No Python for pytorch here. ${python.message}`);
    const [first, second] = [await train(python, { epochs: 2 }), await train(python, { epochs: 2 })];
    expect(Buffer.from(first.onnx).equals(second.onnx)).toBe(true);
  });

  it('hands in what it has learned before its time is up', { timeout: 120_000 }, async ({ skip }) => {
    if (typeof python !== 'string') return skip(`No Python for pytorch here. ${python.message}`);
    const epochs: number[] = [];
    const onProgress: TrainingControl['onProgress'] = ({ phase, done }) => void (phase === 'epochs' && epochs.push(done));
    await train(python, { epochs: 1e6 }, { onProgress }, { time_budget: '30s', threads: 1 });
    expect(epochs.at(-1)).toBeLessThan(1e6);
  });

  it('ends with its release, in the middle of an epoch', { timeout: 120_000 }, async ({ skip }) => {
    if (typeof python !== 'string') return skip(`No Python for pytorch here. ${python.message}`);
    const withdrawn = new AbortController();
    const onProgress: TrainingControl['onProgress'] = ({ phase }) =>
      void (phase === 'epochs' && withdrawn.abort(new Error('withdrawn')));
    await expect(train(python, { epochs: 1e6 }, { onProgress, signal: withdrawn.signal })).rejects.toThrow('withdrawn');
    expect(await foldersLeft()).toEqual([]);
  });
});
