import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { threeClassesModel } from '../../../test/serving/three-classes-model.ts';
import type { Frame } from '../../data/dataset.ts';
import type { FinalError } from '../../errors.ts';
import { Graph } from '../../onnx/graph.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import { packageFile } from '../../package-root.ts';
import { signatureOf } from '../signature-of.ts';
import { quietly } from '../trainer.testsuite.ts';
import { acceptOutputs } from './accept-outputs.ts';

const prices = Float32Array.of(0.1, 0.9, 0.5, 0.2, 0.7);
const frame: Frame = {
  rows: prices.length,
  features: ['price'],
  columns: { price: { type: 'number', values: prices } },
  label: Float64Array.of(1, 0, 2, 1, 2),
  classes: ['high', 'low', 'mid'],
  timestamp: null,
};
const job = { task: 'multiclass-classification', frame, params: {}, seed: 1 } as const;
const golden = [0, 3];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-many-classes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const output = () => ({
  model: join(folder, 'model.onnx'),
  report: join(folder, 'report.json'),
  golden: join(folder, 'golden.json'),
});

async function goldenScores(): Promise<number[][]> {
  const model = await OnnxModel.open(threeClassesModel());
  const scores = await scoreFrame(model, frame);
  await model.release();
  return golden.map((row) => [...scores.subarray(row * 3, row * 3 + 3)]);
}

async function handIn(onnx: Uint8Array, scores: unknown): Promise<void> {
  const paths = output();
  await writeFile(paths.model, onnx);
  await writeFile(paths.report, '{}');
  await writeFile(paths.golden, JSON.stringify({ rows: golden, scores }));
}

const accepted = () => acceptOutputs(output(), job, golden, quietly());
const refusal = async () => {
  const error = (await accepted().catch((failure: unknown) => failure)) as FinalError;
  expect(error.code).toBe('PAWL_TRAINER_OUTPUT_INVALID');
  return error.problems.map(({ message }) => message);
};

describe('what a command leaves of three classes', () => {
  it('is taken where its graph gives the probabilities that the trainer gave for the golden rows', async () => {
    await handIn(threeClassesModel(), await goldenScores());
    const { onnx } = await accepted();
    const model = await OnnxModel.open(onnx);
    expect(model.signature).toMatchObject({ task: 'multiclass-classification', classes: ['high', 'low', 'mid'] });
    await model.release();
  });

  it('is refused where its golden scores are none, or those of another model', async () => {
    await handIn(threeClassesModel(), [0.5, [0.1, 0.9]]);
    expect(await refusal()).toEqual(['golden.json: the scores of row 1 of golden are not 3']);
    await handIn(threeClassesModel({ rotated: true }), await goldenScores());
    expect((await refusal())[0]).toMatch(/^row 0 of the file scores .* by model.onnx and .* by the trainer$/);
  });

  it('is refused where its graph gives numbers that are no probabilities of all classes', async () => {
    const graph = new Graph();
    graph.node('Sigmoid', [graph.node('Add', ['price', graph.floats([1, 3], [0, 0, 0])])], {}, '', 'score');
    await handIn(graph.encode(signatureOf('multiclass-classification', frame)), await goldenScores());
    expect((await refusal())[0]).toMatch(/of the 2 golden rows, the 3 probabilities of row 0 add up to 1\.57/);
  });

  it('is written by the helper for Python as a list for each row', async () => {
    const told = {
      task: job.task,
      params: {},
      seed: 1,
      threads: 1,
      time_budget_s: 60,
      features: [],
      label: { name: 'y', classes: frame.classes },
      golden,
      prior: null,
      output: output(),
    };
    await writeFile(join(folder, 'job.json'), JSON.stringify(told));
    const save = (scores: string) =>
      promisify(execFile)('python3', ['-c', `import pawl_trainer; pawl_trainer.job().save(b"x", scores=${scores})`], {
        env: {
          ...process.env,
          PYTHONPATH: packageFile('infra/python'),
          PYTHONDONTWRITEBYTECODE: '1',
          PAWL_JOB: join(folder, 'job.json'),
        },
      });
    await save('[[0.2, 0.3, 0.5], (1, 0, 0)]');
    expect(JSON.parse(await readFile(output().golden, 'utf8'))).toEqual({
      rows: golden,
      scores: [
        [0.2, 0.3, 0.5],
        [1, 0, 0],
      ],
    });
    await expect(save('[[0.2, 0.8], [1, 0, 0]]')).rejects.toThrow('not the probabilities of all 3 classes');
  });
});
