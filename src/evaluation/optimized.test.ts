import { describe, expect, it } from 'vitest';
import { judgeOptimized, nothingToOptimize } from './optimized.ts';

const before = { bytes: 1_200_000, latency: 0.8 };

describe('an optimised model', () => {
  it('is kept where it is smaller, or faster and no larger, and passes the gates', () => {
    expect(judgeOptimized('int8', before, { bytes: 400_000, latency: 0.5 }, null)).toEqual({
      step: 'int8',
      kept: true,
      because: 'int8 kept: 1.2 MB to 400 kB, a row in 0.8 to 0.5 ms; every gate holds',
    });
    expect(judgeOptimized('graph', before, { bytes: 1_200_000, latency: 0.7 }, null).kept).toBe(true);
    expect(judgeOptimized('graph', before, { bytes: 1_100_000, latency: 0.82 }, null).kept).toBe(true);
  });

  it('is not kept where it is larger, or gains nothing', () => {
    expect(judgeOptimized('int8', before, { bytes: 1_300_000, latency: 0.5 }, null).kept).toBe(false);
    expect(judgeOptimized('graph', before, { bytes: 1_200_000, latency: 0.79 }, null).because).toContain('nothing gained');
    expect(nothingToOptimize('int8').kept).toBe(false);
  });

  it('is not kept where a gate refuses it, with what the gate says', () => {
    const refused = judgeOptimized('int8', before, { bytes: 400_000, latency: 0.5 }, 'auc 0.69 is below 0.7');
    expect(refused.kept).toBe(false);
    expect(refused.because).toContain('a gate refuses it: auc 0.69 is below 0.7');
  });
});
