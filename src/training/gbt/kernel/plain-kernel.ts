import { bestSplit, perBin, type NodeSums, type Split, type SplitLimits } from '../split.ts';
import { fixedPoint } from './fixed-point.ts';
import type { Bounds, Derivatives, Kernel, KernelSize } from './kernel.ts';

/** Added and taken away again, it rounds a float64 below 2^51 to a whole number, halves to even. */
const rounding = 1.5 * 2 ** 52;

/** The kernel in plain JavaScript: what the other one is held to, and what runs where that one cannot. */
export class PlainKernel implements Kernel {
  readonly columns: readonly Uint8Array[];
  readonly order: Int32Array;
  readonly derivatives: Derivatives;
  readonly #scratch: Int32Array;
  /** The columns once more, a row after the other: a leaf's rows lie scattered, and a row's bins then share a cache line. */
  readonly #matrix: Uint8Array;
  readonly #histograms: (Float64Array | undefined)[] = [];
  readonly #gradient: Float64Array;
  readonly #hessian: Float64Array;
  #missingBins: readonly number[] = [];
  #limits: SplitLimits = { l2: 0, rows: 1, hessian: 0, monotone: new Int8Array() };
  #used: readonly number[] = [];
  /** What one unit of fixed point is worth in this tree. */
  #gradientUnit = 1;
  #hessianUnit = 1;

  constructor({ rows, features }: KernelSize) {
    this.columns = Array.from({ length: features }, () => new Uint8Array(rows));
    this.order = new Int32Array(rows);
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
    for (const [feature, column] of this.columns.entries()) {
      for (let row = 0, at = feature; row < column.length; row++, at += width) this.#matrix[at] = column[row] as number;
    }
  }

  startTree(rows: number, used: readonly number[]): void {
    this.#used = used;
    const { gradient, hessian } = this.derivatives;
    const scale = fixedPoint(rows, greatest(gradient, rows), greatest(hessian, rows));
    for (let row = 0; row < rows; row++) {
      this.#gradient[row] = (gradient[row] as number) * scale.gradientScale + rounding - rounding;
      this.#hessian[row] = (hessian[row] as number) * scale.hessianScale + rounding - rounding;
    }
    this.#gradientUnit = 1 / scale.gradientScale;
    this.#hessianUnit = 1 / scale.hessianScale;
  }

  count(slot: number, begin: number, end: number): void {
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
  }

  subtract(whole: number, part: number): void {
    const from = this.#histograms[whole] as Float64Array;
    const what = this.#histograms[part] as Float64Array;
    for (let i = 0; i < from.length; i++) from[i] = (from[i] as number) - (what[i] as number);
  }

  total(slot: number): NodeSums {
    const histogram = this.#histograms[slot] as Float64Array;
    const sums = [0, 0, 0];
    for (let k = 0; k < 256 * perBin; k++) sums[k % perBin] = (sums[k % perBin] as number) + (histogram[k] as number);
    const [gradient = 0, hessian = 0, rows = 0] = sums;
    return { gradient: gradient * this.#gradientUnit, hessian: hessian * this.#hessianUnit, rows };
  }

  best(slot: number, sums: NodeSums, bounds: Bounds): Split | null {
    const counted = this.#histograms[slot] as Float64Array;
    const units = [this.#gradientUnit, this.#hessianUnit, 1];
    const histogram = counted.map((sum, k) => sum * (units[k % perBin] as number));
    return bestSplit({ histogram, sums, ...bounds }, this.#missingBins, this.#used, this.#limits);
  }

  partition(feature: number, goesLeft: Uint8Array, begin: number, end: number): number {
    const bins = this.columns[feature] as Uint8Array;
    let left = begin;
    let right = 0;
    for (let i = begin; i < end; i++) {
      const row = this.order[i] as number;
      if (goesLeft[bins[row] as number] === 1) this.order[left++] = row;
      else this.#scratch[right++] = row;
    }
    this.order.set(this.#scratch.subarray(0, right), left);
    return left - begin;
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

  close(): void {}
}

function greatest(values: Float64Array, rows: number): number {
  let result = 0;
  for (let i = 0; i < rows; i++) result = Math.max(result, Math.abs(values[i] as number));
  return result;
}
