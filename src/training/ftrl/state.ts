import type { ModelSignature } from '../../onnx/signature.ts';
import type { FtrlParams } from './params.ts';

/**
 * One column and what was learned of it. Its slots are those of its bins or levels in their order, then the one of a missing value; each
 * has an entry in `z`, `n` and `rows`.
 */
export interface ColumnState {
  readonly of:
    | {
        readonly type: 'number';
        /** float32, ascending: bin b holds values in (thresholds[b-1], thresholds[b]]; the last one is open. */
        readonly thresholds: readonly number[];
      }
    | { readonly type: 'category'; readonly levels: readonly string[] };
  /** Sums of gradients, less what the weights' own past is worth (algorithm 1's z), and sums of squared gradients (its n). */
  readonly z: Float64Array;
  readonly n: Float64Array;
  /** Rows of each slot. */
  readonly rows: Float64Array;
}

/** All that a training goes on from. */
export interface FtrlState {
  /** What was learned: the state is of no use where this has changed. */
  readonly signature: ModelSignature;
  readonly params: FtrlParams;
  /** Where scores begin (log odds, or the mean label) and what one unit of them is worth: 1, or the labels' standard deviation. */
  readonly base: number;
  readonly scale: number;
  readonly columns: readonly ColumnState[];
  /** The intercept's, one entry each. */
  readonly intercept: { readonly z: Float64Array; readonly n: Float64Array };
  /** Rows learned so far, by all trainings; each counts once. */
  readonly rows: number;
  /** Event time of the newest of them, ms since 1970; null where the contract names no timestamp. */
  readonly newest: number | null;
}

/** Slots of a column, that of a missing value included. */
export function slotsOf({ of }: Pick<ColumnState, 'of'>): number {
  return of.type === 'number' ? of.thresholds.length + 2 : of.levels.length + 1;
}

/** The state as text. Doubles are kept to the bit. */
export function encodeState(state: FtrlState): string {
  return JSON.stringify({ format: 1, ...state }, (_, value: unknown) =>
    value instanceof Float64Array
      ? { float64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
      : value,
  );
}

/** Null where the text is none of `encodeState`'s. */
export function decodeState(text: string): FtrlState | null {
  try {
    const parsed = JSON.parse(text, (_, value: unknown) => (isDoubles(value) ? doublesOf(value.float64) : value)) as
      (FtrlState & { format: number }) | null;
    if (parsed?.format !== 1) return null;
    const { format: _, ...state } = parsed;
    const whole = state.columns.every((column) =>
      [column.z, column.n, column.rows].every((values) => values.length === slotsOf(column)),
    );
    return whole && state.intercept.z.length === 1 && state.intercept.n.length === 1 ? state : null;
  } catch {
    return null;
  }
}

function isDoubles(value: unknown): value is { float64: string } {
  return typeof value === 'object' && value !== null && 'float64' in value && typeof value.float64 === 'string';
}

function doublesOf(base64: string): Float64Array {
  const bytes = Buffer.from(base64, 'base64');
  // A copy: a buffer from the pool need not begin where doubles may.
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
