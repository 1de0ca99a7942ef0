import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random, n: number) => Array.from({ length: n }, () => random.next());

describe('the generator', () => {
  it('goes on from its state as if nothing had happened', () => {
    const whole = draw(new Random(42), 20);
    const first = new Random(42);
    draw(first, 8);
    expect(draw(new Random(first.state), 12)).toEqual(whole.slice(8));
  });

  it('gives other numbers for other seeds', () => {
    expect(draw(new Random(1), 5)).not.toEqual(draw(new Random(2), 5));
  });

  it('is even over its range', () => {
    const counts = new Array<number>(10).fill(0);
    const random = new Random(7);
    for (let i = 0; i < 10_000; i++) {
      const n = random.below(10);
      counts[n] = (counts[n] ?? 0) + 1;
    }
    expect(counts).toHaveLength(10);
    // Five standard deviations of a binomial count of mean 1000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
