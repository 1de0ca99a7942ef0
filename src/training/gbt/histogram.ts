import type { BinnedFeature } from './binning.ts';

/** Entries of a histogram a bin: sum of gradients, sum of second derivatives, rows. */
export const perBin = 3;

/** Sums over some rows. */
export interface NodeSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/**
 * Counts gradients by feature and bin. All histograms have one layout: the bins of the features one after the other, from
 * `offsets[feature]` on, `perBin` entries each.
 */
export class Histograms {
  readonly offsets: readonly number[];
  readonly #size: number;
  // One row after the other, because a leaf's rows lie scattered: a row's bins then share a cache line. Bins are numbered
  // through, which spares the inner loop the offset of the feature.
  readonly #cells: Uint16Array | Uint32Array;
  readonly #features: number;
  readonly #free: Float64Array[] = [];

  constructor(features: readonly BinnedFeature[], rows: number) {
    const offsets: number[] = [];
    let bins = 0;
    for (const feature of features) {
      offsets.push(bins);
      bins += feature.missingBin + 1;
    }
    this.offsets = offsets;
    this.#size = bins * perBin;
    this.#features = features.length;
    const cells = bins <= 0xffff ? new Uint16Array(rows * features.length) : new Uint32Array(rows * features.length);
    features.forEach((feature, f) => {
      const offset = offsets[f] as number;
      for (let row = 0, at = f; row < rows; row++, at += features.length) cells[at] = offset + (feature.bins[row] as number);
    });
    this.#cells = cells;
  }

  /** The histogram of the rows order[begin … end). */
  count(order: Int32Array, begin: number, end: number, gradient: Float64Array, hessian: Float64Array): Float64Array {
    const histogram = this.#free.pop()?.fill(0) ?? new Float64Array(this.#size);
    const cells = this.#cells;
    const features = this.#features;
    for (let i = begin; i < end; i++) {
      const row = order[i] as number;
      const g = gradient[row] as number;
      const h = hessian[row] as number;
      const last = (row + 1) * features;
      for (let at = row * features; at < last; at++) {
        const k = (cells[at] as number) * perBin;
        histogram[k] = (histogram[k] as number) + g;
        histogram[k + 1] = (histogram[k + 1] as number) + h;
        histogram[k + 2] = (histogram[k + 2] as number) + 1;
      }
    }
    return histogram;
  }

  /** What `whole` holds beyond `part`, written over `whole`. */
  subtract(whole: Float64Array, part: Float64Array): Float64Array {
    for (let i = 0; i < whole.length; i++) whole[i] = (whole[i] as number) - (part[i] as number);
    return whole;
  }

  /** Gives the memory back for the next count. */
  release(histogram: Float64Array): void {
    this.#free.push(histogram);
  }

  /** The sums over all rows of a histogram, taken from its first feature. */
  total(histogram: Float64Array): NodeSums {
    const end = this.#features > 1 ? (this.offsets[1] as number) * perBin : this.#size;
    let [gradient, hessian, rows] = [0, 0, 0];
    for (let k = 0; k < end; k += perBin) {
      gradient += histogram[k] as number;
      hessian += histogram[k + 1] as number;
      rows += histogram[k + 2] as number;
    }
    return { gradient, hessian, rows };
  }
}
