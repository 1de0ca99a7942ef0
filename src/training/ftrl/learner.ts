import type { Frame } from '../../data/dataset.ts';
import { columnOf } from './begin.ts';
import { type ColumnState, type FtrlState, slotsOf } from './state.ts';

/** Rows whose slots are found at once: few enough to stay in the processor's nearest memory. */
const block = 256;

/** Writes the slot of a column, for each row of a stretch, into every `stride`-th place. */
type Encode = (from: number, to: number, slots: Int32Array, at: number, stride: number) => void;

/**
 * FTRL-proximal with a rate of its own for each weight (H. B. McMahan et al., "Ad Click Prediction: a View from the Trenches", KDD 2013,
 * algorithm 1), on rows that are 1 in one slot of each column: log loss for two classes, squared loss for values.
 */
export class Learner {
  readonly #state: FtrlState;
  readonly #frame: Frame;
  readonly #weights: Float64Array | undefined;
  readonly #encoders: readonly Encode[];
  /** Where each column's slots begin among all; the last slot is the intercept's. */
  readonly #offsets: readonly number[];
  readonly #z: Float64Array;
  readonly #n: Float64Array;
  /** Square roots of `n`, and the weights, which follow from `z` and `n`. */
  readonly #root: Float64Array;
  readonly #w: Float64Array;
  readonly #rows: Float64Array;
  /** Of a block, row by row: a slot of each column, -1 where it has none, and the intercept's. */
  readonly #slots: Int32Array;

  constructor(state: FtrlState, frame: Frame, weights: Float64Array | undefined) {
    this.#state = state;
    this.#frame = frame;
    this.#weights = weights;
    const offsets: number[] = [];
    let slots = 0;
    for (const column of state.columns) {
      offsets.push(slots);
      slots += slotsOf(column);
    }
    this.#offsets = offsets;
    const joined = (part: 'z' | 'n' | 'rows') => {
      const all = new Float64Array(slots + 1);
      for (const [i, column] of state.columns.entries()) all.set(column[part], offsets[i]);
      if (part !== 'rows') all[slots] = state.intercept[part][0] ?? 0;
      return all;
    };
    [this.#z, this.#n, this.#rows] = [joined('z'), joined('n'), joined('rows')];
    this.#root = this.#n.map(Math.sqrt);
    this.#w = this.#z.map((z, slot) => weightOf(z, this.#root[slot] as number, state.params));
    this.#slots = new Int32Array(block * (state.columns.length + 1)).fill(slots);
    this.#encoders = state.columns.map((column, i) =>
      encoderOf(column, frame, state.signature.features[i]?.name ?? '', offsets[i] ?? 0),
    );
  }

  /** Learns rows [from, to) in their order. @param counted whether an earlier pass has counted them */
  learn(from: number, to: number, counted: boolean): void {
    const width = this.#encoders.length;
    for (let begin = from; begin < to; begin += block) {
      const end = Math.min(to, begin + block);
      this.#encoders.forEach((encode, j) => encode(begin, end, this.#slots, j, width + 1));
      if (!counted) this.#count((end - begin) * (width + 1));
      this.#learnBlock(begin, end);
    }
  }

  #count(entries: number): void {
    const [slots, rows] = [this.#slots, this.#rows];
    for (let k = 0; k < entries; k++) {
      const slot = slots[k] as number;
      if (slot >= 0) rows[slot] = (rows[slot] as number) + 1;
    }
  }

  #learnBlock(from: number, to: number): void {
    const [slots, z, n, root, w] = [this.#slots, this.#z, this.#n, this.#root, this.#w];
    const { base, scale, params, signature } = this.#state;
    const { alpha, beta, l1, l2 } = params;
    const slowness = 1 / alpha;
    const isRegression = signature.task === 'regression';
    const label = this.#frame.label;
    const weights = this.#weights;
    const stride = this.#encoders.length + 1;
    for (let row = from, begin = 0; row < to; row++, begin += stride) {
      const end = begin + stride;
      let score = 0;
      for (let k = begin; k < end; k++) {
        const slot = slots[k] as number;
        if (slot >= 0) score += w[slot] as number;
      }
      const y = label[row] as number;
      const error = isRegression ? score - (y - base) / scale : 1 / (1 + Math.exp(-(score + base))) - y;
      const gradient = weights === undefined ? error : error * (weights[row] as number);
      const squared = gradient * gradient;
      for (let k = begin; k < end; k++) {
        const slot = slots[k] as number;
        if (slot < 0) continue;
        const sum = (n[slot] as number) + squared;
        const now = Math.sqrt(sum);
        const pull = (z[slot] as number) + gradient - (now - (root[slot] as number)) * slowness * (w[slot] as number);
        n[slot] = sum;
        root[slot] = now;
        z[slot] = pull;
        const rest = pull > l1 ? pull - l1 : pull < -l1 ? pull + l1 : 0;
        w[slot] = rest === 0 ? 0 : -rest / ((beta + now) * slowness + l2);
      }
    }
  }

  /** What is learned so far. @param rows so many of the frame's */
  state(rows: number): FtrlState {
    const { columns } = this.#state;
    const part = (all: Float64Array, i: number) => {
      const begin = this.#offsets[i] as number;
      return all.slice(begin, begin + slotsOf(columns[i] as ColumnState));
    };
    const newest = this.#frame.timestamp?.[rows - 1];
    return {
      ...this.#state,
      columns: columns.map(({ of }, i) => ({ of, z: part(this.#z, i), n: part(this.#n, i), rows: part(this.#rows, i) })),
      intercept: { z: this.#z.slice(-1), n: this.#n.slice(-1) },
      rows: this.#state.rows + rows,
      newest: newest ?? this.#state.newest,
    };
  }
}

/** The weight of one slot, as it is computed while learning. */
function weightOf(z: number, root: number, { alpha, beta, l1, l2 }: FtrlState['params']): number {
  const rest = z > l1 ? z - l1 : z < -l1 ? z + l1 : 0;
  return rest === 0 ? 0 : -rest / ((beta + root) * (1 / alpha) + l2);
}

/** Each column's weights by slot, and the intercept's. */
export function weightsOf({ columns, intercept, params }: FtrlState): { columns: Float64Array[]; intercept: number } {
  const of = (z: number, n: number) => weightOf(z, Math.sqrt(n), params);
  return {
    columns: columns.map(({ z, n }) => z.map((value, slot) => of(value, n[slot] as number))),
    intercept: of(intercept.z[0] ?? 0, intercept.n[0] ?? 0),
  };
}

function encoderOf({ of }: ColumnState, frame: Frame, name: string, offset: number): Encode {
  const column = columnOf(frame, name);
  if (of.type === 'number' && column.type === 'number') return numberEncoder(column.values, of.thresholds, offset);
  if (of.type === 'category' && column.type === 'category') {
    const places = new Map(of.levels.map((level, slot) => [level, offset + slot]));
    const missing = offset + of.levels.length;
    const slotOf = Int32Array.from(column.levels, (level) => (level === '' ? missing : (places.get(level) ?? -1)));
    return (from, to, slots, at, stride) => {
      for (let row = from, k = at; row < to; row++, k += stride) {
        const code = column.codes[row] as number;
        slots[k] = code < 0 ? missing : (slotOf[code] as number);
      }
    };
  }
  throw new RangeError(`Column ${name} is ${column.type}, and was learned as ${of.type}.`);
}

/** By a search without branches, as which way it goes cannot be foretold: the thresholds are filled up to a power of two. */
function numberEncoder(values: Float32Array, thresholds: readonly number[], offset: number): Encode {
  let size = 1;
  while (size <= thresholds.length) size *= 2;
  const padded = new Float32Array(size).fill(Infinity);
  padded.set(thresholds);
  const missing = offset + thresholds.length + 1;
  return (from, to, slots, at, stride) => {
    for (let row = from, k = at; row < to; row++, k += stride) {
      const value = values[row] as number;
      let bin = 0;
      for (let half = size >>> 1; half > 0; half >>>= 1) bin += half * Number((padded[bin + half - 1] as number) < value);
      slots[k] = Number.isNaN(value) ? missing : offset + bin;
    }
  };
}
