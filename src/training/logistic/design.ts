import type { Frame, FrameColumn } from '../../data/dataset.ts';

/** Levels with fewer rows share the weight of unseen ones, 0. */
const fewestRows = 5;
/** So do levels beyond the most frequent ones: the solution costs the cube of the number of terms. */
const mostLevels = 100;

/** One column of the design matrix, and where it comes from. */
export type Term = {
  readonly feature: string;
  /** The standard deviation of its column. */
  readonly sd: number;
} & (
  | { readonly kind: 'value'; readonly mean: number; readonly scale: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'level'; readonly level: string }
);

/**
 * The design matrix. Its columns are the terms: first those of numbers, which nearly every row has, then indicators, of which a
 * row has at most one a group; groups are kept as the number of that term.
 */
export interface Design {
  readonly rows: number;
  readonly terms: readonly Term[];
  /** One row after the other, an entry for each of the first `width` terms. */
  readonly values: Float64Array;
  readonly width: number;
  /** By group, one entry a row: the term that is 1, or -1. */
  readonly groups: readonly Int32Array[];
}

/**
 * Numbers standardised, missing ones at the mean with an indicator beside; an indicator for each frequent level.
 * @param weights of the rows; a row of weight 2 moves means and deviations as two rows do
 */
export function designOf(frame: Frame, weights?: Float64Array): Design {
  const terms: Term[] = [];
  const fills: ((values: Float64Array, width: number) => void)[] = [];
  for (const [feature, column] of columnsOf(frame)) {
    if (column.type !== 'number') continue;
    const { mean, sd, known } = momentsOf(column.values, weights);
    // A column that stands still says nothing.
    if (known === 0 || sd === 0) continue;
    const at = terms.length;
    terms.push({ feature, kind: 'value', mean, scale: sd, sd: Math.sqrt(known) });
    fills.push((values, width) => {
      for (let row = 0; row < frame.rows; row++) {
        const value = column.values[row] as number;
        values[row * width + at] = Number.isNaN(value) ? 0 : (value - mean) / sd;
      }
    });
  }
  const width = terms.length;
  const values = new Float64Array(frame.rows * width);
  for (const fill of fills) fill(values, width);
  const groups = [...columnsOf(frame)].flatMap(([feature, column]) => {
    const group = column.type === 'number' ? missingGroup(feature, column.values, terms) : levelGroup(feature, column, terms);
    return group === null ? [] : [group];
  });
  return { rows: frame.rows, terms, values, width, groups };
}

function* columnsOf(frame: Frame): Generator<[string, FrameColumn]> {
  for (const name of frame.features) {
    const column = frame.columns[name];
    if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
    yield [name, column];
  }
}

/** Mean (float32, as in the ONNX graph) and standard deviation of what is known, and its share of all. */
function momentsOf(values: Float32Array, weights?: Float64Array): { mean: number; sd: number; known: number } {
  const weightOf = (row: number) => (weights === undefined ? 1 : (weights[row] as number));
  let [sum, known, all] = [0, 0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weightOf(row);
    all += weight;
    if (Number.isNaN(values[row])) continue;
    sum += weight * (values[row] as number);
    known += weight;
  }
  const mean = known === 0 ? 0 : Math.fround(sum / known);
  let squares = 0;
  let differs = false;
  let first = NaN;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    const weight = weightOf(row);
    if (Number.isNaN(value) || weight === 0) continue;
    if (Number.isNaN(first)) first = value;
    differs ||= value !== first;
    squares += weight * (value - mean) ** 2;
  }
  return { mean, sd: differs ? Math.sqrt(squares / known) : 0, known: known / all };
}

/** Null where no value is missing, or every one. */
function missingGroup(feature: string, values: Float32Array, terms: Term[]): Int32Array | null {
  const missing = values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (missing === 0 || missing === values.length) return null;
  const term = terms.push({ feature, kind: 'missing', sd: indicatorSd(missing / values.length) }) - 1;
  return Int32Array.from(values, (value) => (Number.isNaN(value) ? term : -1));
}

/** Null where no level is frequent and no value is missing. */
function levelGroup(feature: string, column: Extract<FrameColumn, { type: 'category' }>, terms: Term[]): Int32Array | null {
  const rows = column.codes.length;
  const counts = new Float64Array(column.levels.length);
  let missing = 0;
  for (const code of column.codes) {
    // The empty text is how a graph is told of a missing value.
    if ((column.levels[code] ?? '') === '') missing++;
    else counts[code] = (counts[code] ?? 0) + 1;
  }
  const frequent = [...counts.keys()]
    .filter((code) => (counts[code] ?? 0) >= fewestRows)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, mostLevels)
    .sort((a, b) => a - b);
  const termOf = new Int32Array(column.levels.length).fill(-1);
  for (const code of frequent) {
    const sd = indicatorSd((counts[code] ?? 0) / rows);
    termOf[code] = terms.push({ feature, kind: 'level', level: column.levels[code] ?? '', sd }) - 1;
  }
  const missingTerm = missing === 0 ? -1 : terms.push({ feature, kind: 'missing', sd: indicatorSd(missing / rows) }) - 1;
  if (frequent.length === 0 && missing === 0) return null;
  return Int32Array.from(column.codes, (code) => ((column.levels[code] ?? '') === '' ? missingTerm : (termOf[code] as number)));
}

const indicatorSd = (share: number) => Math.sqrt(share * (1 - share));
