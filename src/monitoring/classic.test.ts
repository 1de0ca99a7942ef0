import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { classicBatch, classicFinding, type ClassicMemory, isNewBatch } from './classic.ts';
import { measureSample } from './measure-sample.ts';

const random = new Random(7);
const uniform = (from: number, count = 1000) => Array.from({ length: count }, () => from + random.next());
const features = { x: { type: 'number' }, b: { type: 'boolean' }, c: { type: 'category' } } as const;
const world = (from = 0, text = 'a') => ({
  x: uniform(from),
  b: Array.from({ length: 1000 }, (_, i) => i % 2 === 0),
  c: Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 'a' : text)),
});
const measured = (from: number, text?: string) => measureSample(world(), world(from, text), features);

describe('the classic limits', () => {
  it('are asked of batches that share no row, and stand until the next one', () => {
    const first = classicBatch(null, measured(0.3), {}, 5000);
    expect(first.drift?.features).toContain('x');
    expect(isNewBatch(first, 5000)).toBe(false);
    expect(isNewBatch(first, 5001)).toBe(true);
    expect(isNewBatch(null, 0)).toBe(true);
    const second = classicBatch(first, measureSample(world(), world(), { b: features.b }), {}, 9000);
    expect(second).toEqual({ streaks: {}, upTo: 9000, drift: null });
  });

  it('count a mean that is off in three batches in a row', () => {
    let memory: ClassicMemory | null = null;
    for (let batch = 0; batch < 3; batch++) memory = classicBatch(memory, measured(0.2), { x: 1 }, batch);
    expect(memory?.drift?.because).toMatch(/the mean of x is off by more than 10 % in 3 batches in a row/);
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  });

  it('see numbers, booleans and categories, and name what they see with its numbers', () => {
    const drift = classicBatch(null, measured(0, 'new'), {}, 1).drift;
    expect(drift?.features).toContain('c');
    expect(drift?.because).toMatch(/^\d classic limits? (is|are) passed: .*PSI of c is \d/);
  });

  it('are one sentence, however many are passed', () => {
    const breach = { rule: 'psi', feature: 'x', because: 'PSI of x is 3' } as const;
    expect(classicFinding([])).toBeNull();
    expect(classicFinding([breach])?.because).toBe('1 classic limit is passed: PSI of x is 3');
    expect(classicFinding(Array.from({ length: 9 }, () => breach))?.because).toMatch(
      /^9 classic limits are passed: .* and 4 more$/,
    );
  });
});
