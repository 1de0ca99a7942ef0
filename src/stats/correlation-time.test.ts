import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { correlationTime } from './correlation-time.ts';

function autoregressive(phi: number, count: number): number[] {
  const random = new Random(3);
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(phi * (values.at(-1) ?? 0) + random.next() - 0.5);
  return values;
}

describe('the correlation time', () => {
  it('of independent values is 1', () => {
    expect(correlationTime(autoregressive(0, 20_000))).toBeLessThan(1.1);
  });

  it('of an autoregressive stream is (1 + phi) / (1 - phi)', () => {
    for (const phi of [0.5, 0.9]) {
      const time = (1 + phi) / (1 - phi);
      expect(correlationTime(autoregressive(phi, 20_000))).toBeGreaterThan(0.85 * time);
      expect(correlationTime(autoregressive(phi, 20_000))).toBeLessThan(1.15 * time);
    }
  });

  it('of a stream that alternates is not below 1, of a constant or of few values 1, and never beyond a tenth of their number', () => {
    expect(correlationTime(Array.from({ length: 100 }, (_, i) => i % 2))).toBe(1);
    expect(correlationTime(new Float64Array(100).fill(3))).toBe(1);
    expect(correlationTime([1, 2, 3])).toBe(1);
    expect(correlationTime(Array.from({ length: 200 }, (_, i) => i))).toBe(20);
  });
});
