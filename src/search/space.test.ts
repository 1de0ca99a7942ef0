import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawParams, type SearchSpace } from './space.ts';

const space: SearchSpace = {
  learning_rate: { from: 0.01, to: 0.3, scale: 'log', whole: false },
  leaves: { from: 7, to: 255, scale: 'log', whole: true },
  feature_sample: { from: 0.3, to: 1, scale: 'linear', whole: false },
  l2: { choices: [0, 1, 10] },
};
const many = Array.from({ length: 4000 }, (_, i) => drawParams(space, 1, i + 2));
const share = (holds: (drawn: (typeof many)[number]) => boolean) => many.filter(holds).length / many.length;

describe('the parameters of a trial', () => {
  it('follow from the seed and the number of the trial', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 500 }), (seed, trial) => {
        expect(drawParams(space, seed, trial)).toEqual(drawParams(space, seed, trial));
      }),
    );
    expect(drawParams(space, 1, 2)).not.toEqual(drawParams(space, 1, 3));
    expect(drawParams(space, 1, 2)).not.toEqual(drawParams(space, 2, 2));
    expect(drawParams(space, 1, 2)).not.toEqual(drawParams(space, 1, 2, 1));
  });

  it('are within their ranges, whole where they have to be', () => {
    const ends = fc.tuple(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(ends, fc.constantFrom('linear', 'log'), fc.boolean(), fc.nat(), ([a, b], scale, whole, seed) => {
        const [low, high] = whole ? [Math.floor(a) + 1, Math.floor(b) + 1] : [a, b];
        const range = { from: Math.min(low, high), to: Math.max(low, high), scale, whole } as const;
        const { x } = drawParams({ x: range }, seed, 7);
        expect(x).toBeGreaterThanOrEqual(range.from);
        expect(x).toBeLessThanOrEqual(range.to);
        if (whole) expect(Number.isInteger(x)).toBe(true);
      }),
    );
  });

  it('are spread evenly: by their logarithm where that is asked for', () => {
    expect(share(({ learning_rate: rate }) => Number(rate) < Math.sqrt(0.01 * 0.3))).toBeCloseTo(0.5, 1);
    expect(share(({ feature_sample: part }) => Number(part) < 0.65)).toBeCloseTo(0.5, 1);
    for (const choice of [0, 1, 10]) expect(share(({ l2 }) => l2 === choice)).toBeCloseTo(1 / 3, 1);
    const coins = Array.from({ length: 2000 }, (_, i) =>
      drawParams({ n: { from: 1, to: 2, scale: 'linear', whole: true } }, 3, i),
    );
    expect(coins.filter(({ n }) => n === 2).length / coins.length).toBeCloseTo(0.5, 1);
  });

  it('stay those of a trial when another parameter is added behind them', () => {
    const { learning_rate: rate } = space;
    if (rate === undefined) throw new Error('The space has a learning rate.');
    const alone = drawParams({ learning_rate: rate }, 4, 9);
    expect(drawParams(space, 4, 9)).toMatchObject(alone);
  });
});
