import { digestOf } from '../src/data/content-address.ts';
import type { Frame } from '../src/data/dataset.ts';
import { newestRows } from '../src/data/holdout.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { judgeOptimized, nothingToOptimize, type OptimizeResult, type OptimizeStep } from '../src/evaluation/optimized.ts';
import { measureLatency } from '../src/onnx/measure-latency.ts';
import { OnnxModel } from '../src/onnx/model.ts';
import { quantized } from '../src/onnx/optimize/quantize.ts';
import { simplified } from '../src/onnx/optimize/simplify.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';

/** The newest rows that say which values occur within a graph. */
const calibrationRows = 4000;
/** Rows timed one by one. */
const timedRows = 1000;

/**
 * Optimises a model that has passed its gates, one step after the other, and keeps of each what still passes and gains by it.
 * @param rows `learned` by the trainer, and `unseen` by it
 * @param evaluate judges an artifact as the trained one was judged
 * @returns the evaluation of what ships, with its artifact where that is another one
 */
export async function optimize(
  store: ObjectStore,
  steps: readonly OptimizeStep[],
  trained: { readonly artifact: Uint8Array; readonly evaluation: Evaluation },
  rows: { readonly learned: Frame; readonly unseen: Frame },
  evaluate: (artifact: Uint8Array) => Promise<Evaluation>,
): Promise<Evaluation> {
  const results: OptimizeResult[] = [];
  let best = trained;
  for (const step of steps) {
    const artifact = step === 'graph' ? await simplified(best.artifact) : await inIntegers(best.artifact, rows.learned);
    if (artifact === null) {
      results.push(nothingToOptimize(step));
      continue;
    }
    const evaluation = await evaluate(artifact);
    const [before, after] = await latencies(best.artifact, artifact, rows.unseen);
    const result = judgeOptimized(
      step,
      { bytes: best.artifact.length, latency: before },
      { bytes: artifact.length, latency: after },
      evaluation.passed ? null : evaluation.because,
    );
    results.push(result);
    if (result.kept) best = { artifact, evaluation };
  }
  const because = [best.evaluation.because, ...results.map((result) => result.because)].join('; ');
  const told = { ...best.evaluation, because, optimized: results };
  if (best === trained) return told;
  const digest = digestOf(best.artifact);
  return { ...told, artifact: { uri: await store.put(`artifacts/${digest.slice(7)}.onnx`, best.artifact), digest } };
}

async function inIntegers(artifact: Uint8Array, learned: Frame): Promise<Uint8Array | null> {
  const model = await OnnxModel.open(artifact);
  await model.release();
  return quantized(artifact, model.signature, newestRows(learned, calibrationRows));
}

/** The median of single rows, ms, the two in turns. */
async function latencies(before: Uint8Array, after: Uint8Array, unseen: Frame): Promise<[number, number]> {
  const models = [await OnnxModel.open(before), await OnnxModel.open(after)];
  try {
    const [one, other] = await measureLatency(models, unseen, timedRows);
    return [median(one), median(other)];
  } finally {
    await Promise.all(models.map((model) => model.release()));
  }
}

function median(values: Float64Array | undefined): number {
  return values?.toSorted()[values.length >> 1] ?? NaN;
}
