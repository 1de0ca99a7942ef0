import { binCount, binOfBoolean, featureOffsets, type ReferenceBins } from '../stats/reference-bins.ts';
import type { ParsedRow } from './row-parsing.ts';

/** Room for the edges of a feature: more than reference bins ever have, and a power of two less 1. */
const width = 63;
const kinds = { number: 0, boolean: 1, category: 2 } as const;

/** The bins of a version, laid out for counting: some 15 ns a feature. */
export class BinLayout {
  static readonly #known = new WeakMap<ReferenceBins, BinLayout>();

  /** By feature. */
  readonly kinds: Uint8Array;
  /** Where the bins of each feature begin; one more entry is their number. */
  readonly offsets: Int32Array;
  /** Of the features, one after the other, then of the score: `width` entries each, Infinity after the last. */
  readonly edges: Float64Array;
  /** By feature and, as the last one, of the score. */
  readonly edgeCounts: Int32Array;
  /** By feature: the bin of each known category; null for other features. */
  readonly categories: readonly (ReadonlyMap<string, number> | null)[];
  readonly scoreBins: number;

  private constructor(reference: ReferenceBins) {
    const { features, score } = reference;
    this.kinds = Uint8Array.from(features, ({ type }) => kinds[type]);
    this.offsets = Int32Array.from(featureOffsets(reference));
    const edges = [...features, score].map((bins) => (bins.type === 'number' ? bins.edges : []));
    this.edgeCounts = Int32Array.from(edges, (own) => own.length);
    this.edges = new Float64Array(edges.length * width).fill(Infinity);
    for (const [i, own] of edges.entries()) this.edges.set(own, i * width);
    this.categories = features.map((bins) => {
      if (bins.type !== 'category') return null;
      return new Map([...bins.values.map((value, i) => [value, i] as const), ['', bins.values.length + 1]]);
    });
    this.scoreBins = binCount(score);
  }

  /** Laid out once for each reference. */
  static of(reference: ReferenceBins): BinLayout {
    let layout = this.#known.get(reference);
    if (layout === undefined) this.#known.set(reference, (layout = new BinLayout(reference)));
    return layout;
  }

  /** The bin of a number of the column `i`, the score being the one after the features: as `binOfNumber`. */
  binOf(i: number, value: number): number {
    if (Number.isNaN(value)) return (this.edgeCounts[i] as number) + 1;
    const from = i * width;
    return firstNotBelow(this.edges, from, value) - from;
  }
}

/**
 * Binary search without a branch that depends on the value: a processor guesses half of those wrong, and they made up four fifths
 * of the time. Written out, because a loop costs it half of what it gains.
 */
function firstNotBelow(edges: Float64Array, from: number, value: number): number {
  let at = from;
  at += Number((edges[at + 31] as number) < value) << 5;
  at += Number((edges[at + 15] as number) < value) << 4;
  at += Number((edges[at + 7] as number) < value) << 3;
  at += Number((edges[at + 3] as number) < value) << 2;
  at += Number((edges[at + 1] as number) < value) << 1;
  return at + Number((edges[at] as number) < value);
}

/** Rows by bin of the features and of the score. */
export class BinCounter {
  readonly #layout: BinLayout;
  /** Laid out as `ReferenceBins` says. */
  readonly features: Float64Array;
  readonly score: Float64Array;

  constructor(layout: BinLayout) {
    this.#layout = layout;
    this.features = new Float64Array(layout.offsets.at(-1) ?? 0);
    this.score = new Float64Array(layout.scoreBins);
  }

  /** One answered row with a value for each feature in the signature's order. */
  add(row: ParsedRow, score: number): void {
    const layout = this.#layout;
    const { kinds: kindOf, offsets, categories } = layout;
    const counts = this.features;
    for (let i = 0; i < kindOf.length; i++) {
      const value = row[i];
      const kind = kindOf[i];
      let bin: number;
      if (kind === kinds.number) bin = layout.binOf(i, value as number);
      else if (kind === kinds.boolean) bin = binOfBoolean(value as number);
      else {
        const known = categories[i] as ReadonlyMap<string, number>;
        // '' has the last bin; the one before it is for all categories that have none of their own.
        bin = known.get(value as string) ?? known.size - 1;
      }
      (counts[(offsets[i] as number) + bin] as number)++;
    }
    (this.score[layout.binOf(kindOf.length, score)] as number)++;
  }
}
