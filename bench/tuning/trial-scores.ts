import type { Frame } from '../../src/data/dataset.ts';
import { splitHoldout } from '../../src/data/holdout.ts';
import { computeMetrics } from '../../src/evaluation/metrics.ts';
import { OnnxModel } from '../../src/onnx/model.ts';
import { scoreFrame } from '../../src/onnx/score-frame.ts';
import { drawParams, type SearchSpace } from '../../src/search/space.ts';
import { reduced } from '../../src/training/gbt/reduced.ts';
import { gbt } from '../../src/training/gbt/trainer.ts';
import type { Problem } from '../training/problem.ts';

/** What every trial starts from: the parameters of the examples, with more trees to choose from. */
export const written = { trees: 324, leaves: 31, learning_rate: 0.1 };

const space: SearchSpace = {
  learning_rate: { from: 0.01, to: 0.3, scale: 'log', whole: false },
  leaves: { from: 7, to: 127, scale: 'log', whole: true },
  min_rows_in_leaf: { from: 5, to: 200, scale: 'log', whole: true },
  feature_sample: { from: 0.4, to: 1, scale: 'linear', whole: false },
  l2: { choices: [0, 1, 10] },
};

/** What a trial comes to with a share of its trees: AUC, or RMSE. */
export interface TrialScore {
  readonly share: number;
  /** On the rows that trials are compared on. */
  readonly searched: number;
  /** On rows that no search has seen. */
  readonly held: number;
}

/** Trains a trial with each share of its trees. @param number from 1, which is the parameters as written */
export async function trialScores(
  problem: Problem,
  rows: { readonly train: Frame; readonly test: Frame },
  number: number,
  shares: readonly number[],
): Promise<TrialScore[]> {
  const { train, holdout } = splitHoldout(rows.train, { share: 0.2 });
  const params = { ...written, ...(number === 1 ? {} : drawParams(space, 1, number)) };
  const scores: TrialScore[] = [];
  for (const share of shares) {
    const { onnx } = await gbt.train(
      { task: problem.task, frame: train, params: { ...params, ...reduced(params, share).params }, seed: 1 },
      { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined },
    );
    const [searched = NaN, held = NaN] = await qualities(problem, onnx, [holdout, rows.test]);
    scores.push({ share, searched, held });
  }
  return scores;
}

async function qualities({ task }: Problem, onnx: Uint8Array, frames: readonly Frame[]): Promise<number[]> {
  const model = await OnnxModel.open(onnx);
  try {
    const found: number[] = [];
    for (const frame of frames) {
      const metrics = computeMetrics(task, frame.label, await scoreFrame(model, frame), 0.5);
      found.push(metrics[task === 'regression' ? 'rmse' : 'auc'] ?? NaN);
    }
    return found;
  } finally {
    await model.release();
  }
}
