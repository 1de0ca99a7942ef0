import { perBin, smallestGain, type Node, type NodeSums, type Split, type SplitLimits } from './split.ts';

/** The best split of a node among those that have been offered. */
export class BestSoFar {
  readonly node: Node;
  readonly limits: SplitLimits;
  readonly #isConstrained: boolean;
  /** What the node scores unsplit. */
  readonly #whole: number;
  #split: Split | null = null;

  constructor(node: Node, limits: SplitLimits) {
    this.node = node;
    this.limits = limits;
    this.#isConstrained = limits.monotone.some((direction) => direction !== 0);
    this.#whole = this.#score(node.sums.gradient, node.sums.hessian, limits.l2);
  }

  /** Null where none gains anything. */
  get split(): Split | null {
    return this.#split;
  }

  /** The sums over the rows of a bin. */
  sumsOf(feature: number, bin: number): NodeSums {
    const { histogram, gradientUnit, hessianUnit } = this.node;
    const k = (feature * 256 + bin) * perBin;
    return {
      gradient: (histogram[k] as number) * gradientUnit,
      hessian: (histogram[k + 1] as number) * hessianUnit,
      rows: histogram[k + 2] as number,
    };
  }

  /**
   * Keeps a split that is within the limits where it gains more than those before it.
   * @param direction that the score has to go from left to right: 1 up, -1 down, 0 any
   */
  offer(left: NodeSums, l2: number, direction: number, describe: () => Omit<Split, 'gain' | 'left'>): void {
    const { sums } = this.node;
    const [gradient, hessian] = [sums.gradient - left.gradient, sums.hessian - left.hessian];
    if (this.#isConstrained && direction !== 0) {
      const [below, above] = [this.#step(left.gradient, left.hessian, l2), this.#step(gradient, hessian, l2)];
      if (direction > 0 ? below > above : below < above) return;
    }
    const gain = this.#score(left.gradient, left.hessian, l2) + this.#score(gradient, hessian, l2) - this.#whole;
    if (gain > (this.#split?.gain ?? smallestGain)) this.#split = { gain, left, ...describe() };
  }

  /** The leaf's step -G/(H+l2), held within the bounds that constraints above it set. */
  #step(gradient: number, hessian: number, l2: number): number {
    const { lower, upper } = this.node.bounds;
    return Math.min(Math.max(-gradient / (hessian + l2), lower), upper);
  }

  /** What the loss falls by, twice, where the rows take one step: -(2 G w + (H+l2) w²), which is G²/(H+l2) where w is free. */
  #score(gradient: number, hessian: number, l2: number): number {
    if (!this.#isConstrained) return (gradient * gradient) / (hessian + l2);
    const step = this.#step(gradient, hessian, l2);
    return -(2 * gradient * step + (hessian + l2) * step * step);
  }
}

export function plus(a: NodeSums, b: NodeSums): NodeSums {
  return { gradient: a.gradient + b.gradient, hessian: a.hessian + b.hessian, rows: a.rows + b.rows };
}
