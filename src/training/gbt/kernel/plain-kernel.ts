import { ownColumn, type Column } from '../binning.ts';
import { bestSplit } from '../best-split.ts';
import { perBin, type NodeSums, type Split, type SplitLimits } from '../split.ts';
import { fixedPoint } from './fixed-point.ts';
import { deriveLogistic } from './logistic.ts';
import { deriveSquared } from './squared.ts';
import type { Bounds, Derivatives, Division, Kernel, KernelSize, Side } from './kernel.ts';

/** Added and taken away again, it rounds a float64 below 2^51 to a whole number, halves to even. */
const rounding = 1.5 * 2 ** 52;

/** The kernel in plain JavaScript: what the other one is held to, and what runs where that one cannot. */
export class PlainKernel implements Kernel {
  readonly columns: readonly Column[];
  readonly order: Int32Array;
  readonly score: Float64Array;
  readonly labels: Float64Array;
  readonly derivatives: Derivatives;
  readonly #scratch: Int32Array;
  /** The columns once more, a row after the other: a leaf's rows lie scattered, and a row's bins then share a cache line. */
  readonly #matrix: Uint8Array;
  readonly #histograms: (Float64Array | undefined)[] = [];
  readonly #gradient: Float64Array;
  readonly #hessian: Float64Array;
  #missingBins: readonly number[] = [];
  #limits: SplitLimits | null = null;
  #used: readonly number[] = [];
  /** What one unit of fixed point is worth in this tree. */
  #gradientUnit = 1;
  #hessianUnit = 1;

  constructor({ rows, features }: KernelSize) {
    this.columns = Array.from({ length: features }, () => ownColumn(rows));
    this.order = new Int32Array(rows);
    this.score = new Float64Array(rows);
    this.labels = new Float64Array(rows);
    this.derivatives = { gradient: new Float64Array(rows), hessian: new Float64Array(rows) };
    this.#scratch = new Int32Array(rows);
    this.#matrix = new Uint8Array(rows * features);
    this.#gradient = new Float64Array(rows);
    this.#hessian = new Float64Array(rows);
  }

  open(missingBins: readonly number[], limits: SplitLimits): void {
    this.#missingBins = missingBins;
    this.#limits = limits;
    const width = this.columns.length;
    for (const [feature, { bins }] of this.columns.entries()) {
      for (let row = 0, at = feature; row < bins.length; row++, at += width) this.#matrix[at] = bins[row] as number;
    }
  }

  logistic(rows: number): void {
    deriveLogistic(this.score, this.labels, rows, this.derivatives);
  }

  squared(rows: number): void {
    deriveSquared(this.score, this.labels, rows, this.derivatives);
  }

  startTree(rows: number, sampled: number, used: readonly number[], slot: number): NodeSums {
    this.#used = used;
    const { gradient, hessian } = this.derivatives;
    const scale = fixedPoint(rows, greatest(gradient, rows), greatest(hessian, rows));
    for (let row = 0; row < rows; row++) {
      this.#gradient[row] = (gradient[row] as number) * scale.gradientScale + rounding - rounding;
      this.#hessian[row] = (hessian[row] as number) * scale.hessianScale + rounding - rounding;
    }
    this.#gradientUnit = 1 / scale.gradientScale;
    this.#hessianUnit = 1 / scale.hessianScale;
    return this.#total(this.#count(slot, 0, sampled));
  }

  best(slot: number, sums: NodeSums, bounds: Bounds): Split | null {
    const histogram = this.#histograms[slot] as Float64Array;
    const node = { histogram, sums, bounds, gradientUnit: this.#gradientUnit, hessianUnit: this.#hessianUnit };
    if (this.#limits === null) throw new Error('The kernel has not been opened.');
    return bestSplit(node, this.#missingBins, this.#used, this.#limits);
  }

  divide({ feature, goesLeft, begin, middle, end, left, right, slot, smallerSlot }: Division): [Split | null, Split | null] {
    this.#partition((this.columns[feature] as Column).bins, goesLeft, begin, end);
    if (!left.isOpen && !right.isOpen) return [null, null];
    const isLeftSmaller = middle - begin <= end - middle;
    const smaller = this.#count(smallerSlot, isLeftSmaller ? begin : middle, isLeftSmaller ? middle : end);
    const larger = this.#histograms[slot] as Float64Array;
    for (let i = 0; i < larger.length; i++) larger[i] = (larger[i] as number) - (smaller[i] as number);
    const best = (slot: number, { isOpen, sums, bounds }: Side) => (isOpen ? this.best(slot, sums, bounds) : null);
    return [best(isLeftSmaller ? smallerSlot : slot, left), best(isLeftSmaller ? slot : smallerSlot, right)];
  }

  sumRows(begin: number, end: number): { gradient: number; hessian: number } {
    let [gradient, hessian] = [0, 0];
    for (let i = begin; i < end; i++) {
      const row = this.order[i] as number;
      gradient += this.derivatives.gradient[row] as number;
      hessian += this.derivatives.hessian[row] as number;
    }
    return { gradient, hessian };
  }

  addToScore(rows: Int32Array, value: number): void {
    for (const row of rows) this.score[row] = (this.score[row] as number) + value;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #count(slot: number, begin: number, end: number): Float64Array {
    const histogram = (this.#histograms[slot] ??= new Float64Array(this.columns.length * 256 * perBin)).fill(0);
    const width = this.columns.length;
    for (let i = begin; i < end; i++) {
      const row = this.order[i] as number;
      const g = this.#gradient[row] as number;
      const h = this.#hessian[row] as number;
      for (let feature = 0, at = row * width; feature < width; feature++, at++) {
        const k = (feature * 256 + (this.#matrix[at] as number)) * perBin;
        histogram[k] = (histogram[k] as number) + g;
        histogram[k + 1] = (histogram[k + 1] as number) + h;
        histogram[k + 2] = (histogram[k + 2] as number) + 1;
      }
    }
    return histogram;
  }

  /** The sums over all rows of a histogram, taken from its first feature. */
  #total(histogram: Float64Array): NodeSums {
    let [gradient, hessian, rows] = [0, 0, 0];
    for (let k = 0; k < 256 * perBin; k += perBin) {
      gradient += histogram[k] as number;
      hessian += histogram[k + 1] as number;
      rows += histogram[k + 2] as number;
    }
    return { gradient: gradient * this.#gradientUnit, hessian: hessian * this.#hessianUnit, rows };
  }

  #partition(bins: Uint8Array, goesLeft: Uint8Array, begin: number, end: number): void {
    let left = begin;
    let right = 0;
    for (let i = begin; i < end; i++) {
      const row = this.order[i] as number;
      if (goesLeft[bins[row] as number] === 1) this.order[left++] = row;
      else this.#scratch[right++] = row;
    }
    this.order.set(this.#scratch.subarray(0, right), left);
  }
}

function greatest(values: Float64Array, rows: number): number {
  let result = 0;
  for (let i = 0; i < rows; i++) result = Math.max(result, Math.abs(values[i] as number));
  return result;
}
