import { describe, expect, it } from 'vitest';
import { furthestScore } from './golden.ts';

describe('how far a graph is from the model that it was made of', () => {
  it('is the greatest difference, relative to a score beyond 1', () => {
    expect(furthestScore([0.5, 200, 0.25], [0.5, 201, 0.25])).toEqual({ difference: 1 / 200, at: 1 });
    expect(furthestScore([0.5, 200, 0.25], [0.5, 200.1, 0.5])).toEqual({ difference: 0.25, at: 2 });
  });

  it('is nothing where all are equal, and no number is near to a score that is none', () => {
    expect(furthestScore([0.5, -3], [0.5, -3])).toEqual({ difference: 0, at: -1 });
    expect(furthestScore([], [])).toEqual({ difference: 0, at: -1 });
    expect(furthestScore([0.5, 0.5], [0.5, NaN])).toEqual({ difference: Infinity, at: 1 });
    expect(furthestScore([0.5, 0.5], [0.5])).toEqual({ difference: Infinity, at: 1 });
  });
});
