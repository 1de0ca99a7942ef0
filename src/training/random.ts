/** A small seeded generator (mulberry32, T. Ettinger, public domain) whose whole state is one number, so that a checkpoint can carry it. */
export class Random {
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Uniform in 0 … n-1. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
}
