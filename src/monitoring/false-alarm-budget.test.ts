import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalDistribution } from '../stats/normal.ts';
import { estimateWidth, falseAlarmParts } from './false-alarm-budget.ts';
import type { MonitorPolicy } from './state.ts';

const day = 86_400_000;

function policy(
  by: 'detector' | 'thresholds',
  detector: 'e-process' | 'adwin' | 'page-hinkley' | 'sample',
  estimate: boolean,
): Pick<MonitorPolicy, 'drift' | 'performance'> {
  return {
    drift: { by, false_alarms: '1 in 90d', psi: 0.2, mean_shift: 0.1, consecutive: 3, features: 0.5 },
    performance: { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500, detector, estimate },
  };
}

describe('the false alarms of a model', () => {
  it('are divided so that all who raise them do so together at the stated rate', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('detector' as const, 'thresholds' as const),
        fc.constantFrom('e-process' as const, 'adwin' as const, 'page-hinkley' as const, 'sample' as const),
        fc.boolean(),
        fc.integer({ min: 1, max: 1000 }),
        (by, detector, estimate, days) => {
          const every = falseAlarmParts(policy(by, detector, estimate), days * day);
          const rate = 1 / every.drift + 1 / every.performance + 1 / every.estimate;
          const nobody = by !== 'detector' && detector !== 'e-process' && !estimate;
          expect(rate * days * day).toBeCloseTo(nobody ? 0 : 1, 9);
        },
      ),
    );
  });

  it('are drift by half where all watch, and all of them where nobody else states a rate', () => {
    const all = falseAlarmParts(policy('detector', 'e-process', true), 90 * day);
    expect([all.drift, all.performance, all.estimate].map((every) => every / day)).toEqual([180, 225, 900]);
    expect(falseAlarmParts(policy('detector', 'adwin', false), 90 * day).drift).toBe(90 * day);
  });

  it('are an estimate alone with the classic limits', () => {
    const { drift, performance, estimate } = falseAlarmParts(
      { ...policy('detector', 'e-process', true), preset: 'classic' },
      day,
    );
    expect([drift, performance, estimate]).toEqual([Infinity, Infinity, day]);
  });
});

describe('the width of an estimate', () => {
  it('makes the chances of all looks between two false alarms add up to one', () => {
    const [looks, every] = [129_600, 600_000];
    expect((1 - normalDistribution(estimateWidth(looks * every, every))) * looks).toBeCloseTo(1, 6);
  });

  it('is at least the usual three standard deviations, also where a false alarm at each look is allowed', () => {
    expect([estimateWidth(100, 1), estimateWidth(1, 1), estimateWidth(0, 1)]).toEqual([3, 3, 3]);
    expect(estimateWidth(Infinity, 1)).toBeGreaterThan(7);
  });
});
