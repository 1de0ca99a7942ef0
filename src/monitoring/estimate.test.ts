import { describe, expect, it } from 'vitest';
import { estimateFinding } from './estimate.ts';

const classes = { task: 'binary-classification', loss: 0.2, error: 0, allowed: 0.25, block: 1 } as const;
const values = { task: 'regression', loss: 80, error: 0, allowed: 88, block: 1 } as const;

describe('performance without labels', () => {
  it('stands out only where its whole interval is worse than is allowed', () => {
    expect(estimateFinding({ value: 0.72, low: 0.69, high: 0.76 }, classes, 1000)).toBeNull();
    expect(estimateFinding({ value: 0.7, low: 0.67, high: 0.73 }, classes, 1000)?.because).toBe(
      'accuracy is estimated at 70 % (67 % to 73 %) over the last 1,000 predictions, without labels, where it was 80 % at release and may fall by 5 points',
    );
    expect(estimateFinding({ value: 95, low: 87, high: 103 }, values, 1000)).toBeNull();
    expect(estimateFinding({ value: 99, low: 91, high: 107 }, values, 1000)?.because).toBe(
      'MAE is estimated at 99 (91 to 107) over the last 1,000 predictions, without labels, where it was 80 at release and may rise by 10 %',
    );
    expect(estimateFinding({ value: 99, low: 91, high: 107 }, { ...values, metric: 'pinball' }, 1000)?.because).toMatch(
      /^pinball loss is estimated at 99 /,
    );
  });
});
