import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { higherIsBetter, lowerIsBetter, type Gate } from '../spec/schema.ts';
import { checkGates, gatesPassed } from './gates.ts';

const check = (gate: Gate, candidate: Record<string, number>, champion: Record<string, number> | null = null) => {
  const [result, ...more] = checkGates({ gates: [gate], candidate, champion, rows: 1344 });
  expect(more).toEqual([]);
  if (result === undefined) throw new Error('a gate gives a result');
  return result;
};

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('a gate', () => {
  it('holds a metric against a bound, which itself is good enough', () => {
    expect(check({ auc: { at_least: 0.7 } }, { auc: 0.7 })).toEqual({
      gate: 'auc at_least 0.7',
      metric: 'auc',
      passed: true,
      value: 0.7,
      bound: 0.7,
      because: 'auc is 0.7 on 1344 held-out rows, at least 0.7 is asked',
    });
    expect(check({ auc: { at_least: 0.7 } }, { auc: 0.6999 }).passed).toBe(false);
    expect(check({ mae: { at_most: 90 } }, { mae: 90 }).passed).toBe(true);
    expect(check({ mae: { at_most: 90 } }, { mae: 90.01 }).passed).toBe(false);
  });

  it('asks for points above the champion where higher is better', () => {
    const better = check({ accuracy: { better_than_champion_by: 0.02 } }, { accuracy: 0.7 + 0.02 }, { accuracy: 0.7 });
    expect(better).toMatchObject({ passed: true, value: 0.72, bound: 0.72 });
    const worse = check({ accuracy: { better_than_champion_by: 0.02 } }, { accuracy: 0.715 }, { accuracy: 0.7 });
    expect(worse).toMatchObject({
      passed: false,
      because: "accuracy is 0.715 against the champion's 0.7 on 1344 held-out rows; at least 0.72, 0.02 above it, is asked",
    });
  });

  it("asks for a share of the champion's own value where lower is better", () => {
    const gate = { mae: { better_than_champion_by: 0.02 } };
    expect(check(gate, { mae: 98 }, { mae: 100 })).toMatchObject({ passed: true, bound: 98 });
    expect(check(gate, { mae: 98.1 }, { mae: 100 })).toMatchObject({
      passed: false,
      because: "mae is 98.1 against the champion's 100 on 1344 held-out rows; at most 98, 2 % below it, is asked",
    });
  });

  it('may ask for not much worse', () => {
    const gate = { mae: { better_than_champion_by: -0.05 } };
    expect(check(gate, { mae: 104 }, { mae: 100 })).toMatchObject({ passed: true });
    expect(check(gate, { mae: 106 }, { mae: 100 }).because).toContain('at most 105, 5 % above it');
  });

  it('passes a comparison where there is no champion, and says so', () => {
    expect(check({ accuracy: { better_than_champion_by: 0.02 } }, { accuracy: 0.6 })).toMatchObject({
      passed: true,
      bound: null,
      because: 'accuracy is 0.6 on 1344 held-out rows; there is no champion to beat yet',
    });
  });

  it('fails where the metric has no value, of the candidate or of the champion', () => {
    expect(check({ auc: { at_least: 0.5 } }, {})).toMatchObject({ passed: false, value: null });
    const compared = check({ auc: { better_than_champion_by: 0 } }, { auc: 0.9 }, {});
    expect(compared).toMatchObject({ passed: false, because: "the champion's auc has no value on 1344 held-out rows" });
  });

  it('gives a result for each of its bounds, and all have to pass', () => {
    const gates = [{ auc: { at_least: 0.7, better_than_champion_by: 0.02 } }, { brier: { at_most: 0.2 } }];
    const results = checkGates({ gates, candidate: { auc: 0.8, brier: 0.21 }, champion: { auc: 0.7 }, rows: 10 });
    expect(results.map(({ gate, passed }) => [gate, passed])).toEqual([
      ['auc at_least 0.7', true],
      ['auc better_than_champion_by 0.02', true],
      ['brier at_most 0.2', false],
    ]);
    expect(gatesPassed(results)).toBe(false);
    expect(gatesPassed(results.slice(0, 2))).toBe(true);
  });

  it('writes as many decimals as tell a failure from a pass', () => {
    expect(check({ auc: { at_least: 0.85 } }, { auc: 0.849_999 }).because).toContain('auc is 0.849999 on');
  });

  it('never passes a candidate and fails a better one', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...higherIsBetter, ...lowerIsBetter),
        share,
        share,
        share,
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        (metric, a, b, champion, bound) => {
          const isHigher = (higherIsBetter as readonly string[]).includes(metric);
          const [better, worse] = isHigher ? [Math.max(a, b), Math.min(a, b)] : [Math.min(a, b), Math.max(a, b)];
          const passes = (value: number) =>
            check({ [metric]: { better_than_champion_by: bound } }, { [metric]: value }, { [metric]: champion }).passed;
          if (passes(worse)) expect(passes(better)).toBe(true);
          if (bound > 1e-9) expect(passes(champion)).toBe(false);
        },
      ),
    ));
});
