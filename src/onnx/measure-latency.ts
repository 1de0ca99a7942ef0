import type { Frame } from '../data/dataset.ts';
import type { OnnxModel } from './model.ts';

/** Rows that are scored before the clock is looked at. */
const warmUp = 100;

/**
 * How long single rows take, ms each. The models take turns at each row, so that what else the machine does meets them alike.
 * @param rows how many are timed; a frame with fewer is gone through again
 */
export async function measureLatency(models: readonly OnnxModel[], frame: Frame, rows: number): Promise<Float64Array[]> {
  const taken = models.map(() => new Float64Array(rows));
  for (let i = -warmUp; i < rows && frame.rows > 0; i++) {
    for (const [at, model] of models.entries()) {
      const row = [valuesOf(model, frame, (i + warmUp) % frame.rows)];
      const began = performance.now();
      await model.runRows(row);
      const timed = taken[at];
      if (i >= 0 && timed !== undefined) timed[i] = performance.now() - began;
    }
  }
  return taken;
}

function valuesOf({ signature }: OnnxModel, frame: Frame, row: number): (number | string)[] {
  return signature.features.map(({ name }) => {
    const column = frame.columns[name];
    return column?.type === 'category' ? (column.levels[column.codes[row] ?? -1] ?? '') : (column?.values[row] ?? NaN);
  });
}
