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
import { trainByCommand } from '../src/training/command/trainer.ts';

describe.each([
  ['scikit-learn', 0.88],
  ['lightgbm', 0.8],
  ['xgboost', 0.8],
])('the example trainer %s', (name, leastAuc) => {
  let python: string | PythonUnavailable;
  let store: string;
  // Its packages come from PyPI once, into pawl's cache.
  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'pawl-trainers-'));
    const requirements = packageFile(`examples/trainers/${name}/requirements.txt`);
    python = await pythonEnvironment(`trainer-${name}`, requirements, console.log).catch((error: unknown) => {
      if (error instanceof PythonUnavailable) return error;
      throw error;
    });
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
