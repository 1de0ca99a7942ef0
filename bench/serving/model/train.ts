import { gbt } from '../../../src/training/gbt/trainer.ts';
import { columns } from './columns.ts';
import { plainGraph } from './plain-graph.ts';
import { trainingFrame } from './rows.ts';

/** What a version is made of, in both forms. */
export interface BenchModel {
  /** pawl's own artifact: an input a column. */
  readonly artifact: Uint8Array;
  /** The same trees behind one tensor. */
  readonly plain: Uint8Array;
}

const trees = 200;
const leaves = 31;
const trainingRows = 10_000;

/** Gradient boosting of the size that is measured everywhere; the seed makes it another model. */
export async function trainModel(seed: number): Promise<BenchModel> {
  const { onnx } = await gbt.train(
    {
      task: 'binary-classification',
      frame: trainingFrame(trainingRows, seed),
      params: { trees, leaves },
      seed,
    },
    { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined },
  );
  return { artifact: onnx, plain: plainGraph(onnx, columns.length) };
}
