import type { Frame, FrameColumn } from '../data/dataset.ts';
import type { Condition, SliceSpec } from '../spec/evaluation-schema.ts';
import { listed } from '../stats/wording.ts';
import type { Answers } from './answers.ts';
import { firstOf, type GateResult } from './gate-result.ts';
import { checkGates, type EvaluatedRows } from './gates.ts';

/** The same rows with their class as a column beside the features, so that slices may be of it; a regression as it is. */
export function withClassColumn(frame: Frame, label: string): Frame {
  if (frame.classes === null) return frame;
  const column: FrameColumn = { type: 'category', codes: Int32Array.from(frame.label), levels: frame.classes };
  return { ...frame, columns: { ...frame.columns, [label]: column } };
}

/** Some rows of a frame, by their places, and what they have in common: `sex is Female`. */
export interface Slice {
  readonly name: string;
  readonly rows: Uint32Array;
}

/** The gates of each slice on its rows. Slices with too few are not judged: one result, which passes, says which they are. */
export async function checkSlices(
  slices: readonly SliceSpec[],
  frame: Frame,
  evaluated: EvaluatedRows,
  confidence: number,
): Promise<GateResult[]> {
  const results: GateResult[] = [];
  for (const spec of slices) {
    const all = slicesOf(spec, frame);
    for (const { name, rows } of all) {
      if (rows.length < spec.at_least) continue;
      for (const result of await checkGates(spec.gates, partOf(evaluated, name, rows), confidence))
        results.push({ ...result, gate: `${result.gate} where ${name}` });
    }
    const few = all.filter(({ rows }) => rows.length < spec.at_least);
    if (few.length > 0) results.push(notJudged(few, spec.at_least, evaluated));
  }
  return results;
}

function partOf({ label, candidate, champion, on, inOrder }: EvaluatedRows, name: string, rows: Uint32Array): EvaluatedRows {
  const other = champion === null || champion === 'unfit' ? champion : answersOf(champion, rows);
  return { label: pick(label, rows), candidate: answersOf(candidate, rows), champion: other, on: `${on} where ${name}`, inOrder };
}

function notJudged(few: readonly Slice[], atLeast: number, { label, on }: EvaluatedRows): GateResult {
  const because = `not judged, with fewer than ${atLeast} of ${label.length} ${on}: ${firstOf(few.map(({ name, rows }) => `${name} (${rows.length})`))}`;
  return {
    gate: `slice ${few.length === 1 ? (few[0]?.name ?? '') : `${few[0]?.name} and others`}`,
    metric: 'rows',
    passed: true,
    value: null,
    bound: atLeast,
    because,
    rows: few.reduce((sum, { rows }) => sum + rows.length, 0),
    on,
  };
}

/** The slices that a spec names: one, or one for each value of a column that these rows hold. */
export function slicesOf({ where, by }: Pick<SliceSpec, 'where' | 'by'>, frame: Frame): Slice[] {
  if (by !== undefined) return groupsOf(by, frame);
  const conditions = Object.entries(where ?? {}).map(([name, condition]) => ({ name, condition, column: frame.columns[name] }));
  const rows = Uint32Array.from({ length: frame.rows }, (_, row) => row).filter((row) =>
    conditions.every(({ condition, column }) => column !== undefined && meets(condition, column, row)),
  );
  return [{ name: listed(conditions.map(({ name, condition }) => inWords(name, condition))), rows }];
}

/** The rows of each value of a category or boolean, in the order of the values; rows without a value are in none. */
export function groupsOf(name: string, frame: Frame): Slice[] {
  const column = frame.columns[name];
  if (column === undefined) return [];
  const places = new Map<string, number[]>();
  for (let row = 0; row < frame.rows; row++) {
    const value = textOf(column, row);
    if (value === null) continue;
    const group = places.get(value);
    if (group === undefined) places.set(value, [row]);
    else group.push(row);
  }
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, rows]) => ({ name: `${name} is ${value}`, rows: Uint32Array.from(rows) }));
}

/** A value as pawl.yaml writes it; null where it is missing. */
function textOf(column: FrameColumn, row: number): string | null {
  if (column.type === 'category') return column.levels[column.codes[row] ?? -1] ?? null;
  const value = column.values[row] ?? NaN;
  if (Number.isNaN(value)) return null;
  return column.boolean === true ? String(value === 1) : String(value);
}

function meets(condition: Condition, column: FrameColumn, row: number): boolean {
  if ('in' in condition) {
    const value = textOf(column, row);
    return value !== null && condition.in.includes(value);
  }
  if (column.type === 'category') return false;
  const value = column.values[row] ?? NaN;
  return value >= (condition.from ?? -Infinity) && value < (condition.below ?? Infinity);
}

function inWords(name: string, condition: Condition): string {
  if ('in' in condition) return `${name} is ${condition.in.join(' or ')}`;
  const { from, below } = condition;
  if (from === undefined) return `${name} is below ${below}`;
  return below === undefined ? `${name} is at least ${from}` : `${name} is from ${from} to below ${below}`;
}

export function answersOf({ score, call, graded, many, terms }: Answers, rows: Uint32Array): Answers {
  const own = call === null ? null : Uint8Array.from(rows, (row) => call[row] ?? 0);
  return {
    score: pick(score, rows),
    call: own,
    graded,
    ...(terms === undefined ? {} : { terms }),
    ...(many === undefined ? {} : { many: manyOf(many, rows) }),
  };
}

function manyOf({ classes, probabilities }: NonNullable<Answers['many']>, rows: Uint32Array): NonNullable<Answers['many']> {
  const picked = new Float64Array(rows.length * classes);
  for (const [i, row] of rows.entries())
    for (let k = 0; k < classes; k++) picked[i * classes + k] = probabilities[row * classes + k] ?? NaN;
  return { classes, probabilities: picked };
}

export function pick(values: ArrayLike<number>, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? NaN);
}
