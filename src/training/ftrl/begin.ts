import type { Frame, FrameColumn } from '../../data/dataset.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import { Random } from '../random.ts';
import type { FtrlParams } from './params.ts';
import { type ColumnState, type FtrlState, slotsOf } from './state.ts';

/** Rows that quantiles are taken from, at most: sorting all of a million rows takes longer than learning them. */
const sampleRows = 20_000;

/** Nothing learned yet: bins by the quantiles of the rows, weights 0, scores at the mean label. */
export function begin(
  signature: ModelSignature,
  frame: Frame,
  weights: Float64Array | undefined,
  params: FtrlParams,
  seed: number,
): FtrlState {
  const sample = sampleOf(frame.rows, seed);
  const columns = frame.features.map((name) => {
    const column = columnOf(frame, name);
    if (column.type === 'number') return blank({ type: 'number', thresholds: quantiles(column.values, sample, params.bins) });
    return blank({ type: 'category', levels: frequentLevels(column, params.levels) });
  });
  return {
    signature,
    params,
    ...baseOf(signature, frame.label, weights),
    columns,
    intercept: { z: new Float64Array(1), n: new Float64Array(1) },
    rows: 0,
    newest: null,
  };
}

/** The state with a slot for each level that it has not met, as far as there is room, the most frequent ones first. */
export function withNewLevels(state: FtrlState, frame: Frame): FtrlState {
  const columns = state.columns.map((column, i): ColumnState => {
    const values = columnOf(frame, state.signature.features[i]?.name ?? '');
    if (column.of.type !== 'category' || values.type !== 'category') return column;
    const { levels } = column.of;
    const known = new Set(levels);
    const added = frequentLevels(values, state.params.levels, known).slice(0, Math.max(0, state.params.levels - levels.length));
    if (added.length === 0) return column;
    const larger = (old: Float64Array) => {
      const all = new Float64Array(old.length + added.length);
      all.set(old.subarray(0, levels.length));
      // The slot of missing values stays the last.
      all[all.length - 1] = old.at(-1) ?? 0;
      return all;
    };
    const of = { type: 'category', levels: [...levels, ...added] } as const;
    return { of, z: larger(column.z), n: larger(column.n), rows: larger(column.rows) };
  });
  return { ...state, columns };
}

export function columnOf(frame: Frame, name: string): FrameColumn {
  const column = frame.columns[name];
  if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
  return column;
}

function blank(of: ColumnState['of']): ColumnState {
  const slots = slotsOf({ of });
  return { of, z: new Float64Array(slots), n: new Float64Array(slots), rows: new Float64Array(slots) };
}

/** The log odds of the mean label; of values their mean and standard deviation. */
function baseOf(
  { task }: ModelSignature,
  label: Float64Array,
  weights: Float64Array | undefined,
): Pick<FtrlState, 'base' | 'scale'> {
  let [all, sum, squares] = [0, 0, 0];
  for (let row = 0; row < label.length; row++) {
    const weight = weights === undefined ? 1 : (weights[row] as number);
    all += weight;
    sum += weight * (label[row] as number);
  }
  const mean = sum / all;
  if (task !== 'regression') return { base: Math.log(mean / (1 - mean)), scale: 1 };
  for (let row = 0; row < label.length; row++) {
    squares += (weights === undefined ? 1 : (weights[row] as number)) * ((label[row] as number) - mean) ** 2;
  }
  return { base: mean, scale: Math.sqrt(squares / all) };
}

/** Every row, or so many that are drawn one from each of as many stretches. */
function sampleOf(rows: number, seed: number): Int32Array {
  if (rows <= sampleRows) return Int32Array.from({ length: rows }, (_, row) => row);
  const random = new Random(seed);
  return Int32Array.from({ length: sampleRows }, (_, i) => Math.floor(((i + random.next()) * rows) / sampleRows));
}

/** Distinct values that part the sample in bins of about equally many rows. */
function quantiles(values: Float32Array, sample: Int32Array, bins: number): number[] {
  const sampled = new Float32Array(sample.length);
  let count = 0;
  for (const row of sample) {
    const value = values[row] as number;
    if (!Number.isNaN(value)) sampled[count++] = value;
  }
  const known = sampled.subarray(0, count).sort();
  const largest = known.at(-1) ?? 0;
  const thresholds: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const value = known[Math.ceil((known.length * bin) / bins) - 1] ?? largest;
    // Nothing is above the largest value, and a value that fills several bins parts rows once.
    if (value < largest && value !== thresholds.at(-1)) thresholds.push(value);
  }
  return thresholds;
}

/** The levels that occur and are not known, the most frequent ones, in the order of their bytes. */
function frequentLevels(
  { codes, levels }: Extract<FrameColumn, { type: 'category' }>,
  most: number,
  known: ReadonlySet<string> = new Set(),
): string[] {
  const counts = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  return (
    [...counts.keys()]
      // The empty text is how a graph is told of a missing value.
      .filter((code) => (counts[code] ?? 0) > 0 && levels[code] !== '' && !known.has(levels[code] ?? ''))
      .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || ((levels[a] ?? '') < (levels[b] ?? '') ? -1 : 1))
      .slice(0, most)
      .map((code) => levels[code] ?? '')
      .toSorted((a, b) => (a < b ? -1 : 1))
  );
}
