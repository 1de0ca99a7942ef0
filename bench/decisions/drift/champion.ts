import type { Frame } from '../../../src/data/dataset.ts';
import { OnnxModel } from '../../../src/onnx/model.ts';
import { scoreFrame } from '../../../src/onnx/score-frame.ts';
import { gbt } from '../../../src/training/gbt/trainer.ts';
import type { RealStream } from './real-data.ts';
import { type Champion, cut } from './watch.ts';

/** The examples' own. */
const params = { trees: 200, leaves: 31, learning_rate: 0.1 };

/** A model of the rows from `from` to `to` but the newest, which are held out; and its scores of all rows from `from`. */
export async function championOf(stream: RealStream, from: number, to: number): Promise<Champion> {
  const trained = await gbt.train(
    { task: stream.task, frame: frameOf(stream, from, to - stream.heldOut), params, seed: 1 },
    { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined },
  );
  const model = await OnnxModel.open(trained.onnx);
  try {
    const scores = new Float64Array(stream.label.length).fill(NaN);
    scores.set(await scoreFrame(model, frameOf(stream, from, stream.label.length)), from);
    return { scores, importances: trained.importances, unlearned: stream.heldOut };
  } finally {
    await model.release();
  }
}

function frameOf(stream: RealStream, from: number, to: number): Frame {
  const columns = Object.entries(cut(stream.columns, from, to)).map(([name, values]) => [
    name,
    { type: 'number', values: Float32Array.from(values) } as const,
  ]);
  return {
    rows: to - from,
    features: Object.keys(stream.columns),
    columns: Object.fromEntries(columns) as Frame['columns'],
    label: stream.label.slice(from, to),
    classes: stream.task === 'regression' ? null : ['0', '1'],
    timestamp: null,
  };
}
