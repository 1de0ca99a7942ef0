import { describe, expect, it } from 'vitest';
import { lossBaseline } from './loss-baseline.ts';
import { beginLoss, type LossState, watchLoss } from './loss.ts';
import { correlationTime } from '../stats/correlation-time.ts';
import { Random } from '../training/random.ts';

const day = 86_400_000;
const terms = { falseAlarmEvery: 90 * day, least: 500 };
const allowed = { performance: { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500 } };
/** Of so many rows that their mean is as good as known. */
const independent = { rows: Infinity, deviation: 1, correlation: 1 };
const classes = lossBaseline('binary-classification', { accuracy: 0.8 }, allowed, independent);
const values = lossBaseline('regression', { mae: 80 }, allowed, independent);
if (classes === null || values === null) throw new Error('no baseline');

/** A detector that sees 480 labels a day: what it says at the end, and the day on which it first spoke. */
function watch(by: LossState['by'], days: readonly (() => number)[], baseline = classes ?? fail()) {
  let state = beginLoss(by, 0);
  let first: { day: number; because: string } | null = null;
  let last: string | null = null;
  days.forEach((loss, i) => {
    const step = watchLoss(state, Array.from({ length: 480 }, loss), baseline, terms, (i + 1) * day);
    state = JSON.parse(JSON.stringify(step.state)) as LossState;
    last = step.finding?.because ?? null;
    if (last !== null) first ??= { day: i, because: last };
  });
  return { first: first as { day: number; because: string } | null, last, state };
}
function fail(): never {
  throw new Error('no baseline');
}

const random = new Random(11);
const wrong = (share: number) => () => Number(random.next() < share);
const off = (mae: number) => () => -Math.log(1 - random.next()) * mae;
const days = (count: number, loss: () => number) => new Array<() => number>(count).fill(loss);

describe('the losses of a champion', () => {
  it('are no alarm while they are as at release, or worse by what is allowed', () => {
    expect(watch('e-process', days(60, wrong(0.2))).first).toBeNull();
    expect(watch('e-process', days(60, wrong(0.25))).first).toBeNull();
    expect(watch('e-process', days(60, off(88)), values ?? fail()).first).toBeNull();
  });

  it('are one within days of getting worse, in numbers', () => {
    const { first } = watch('e-process', [...days(30, wrong(0.2)), ...days(5, wrong(0.35))]);
    expect(first?.day).toBeGreaterThanOrEqual(30);
    expect(first?.day).toBeLessThanOrEqual(31);
    expect(first?.because).toMatch(
      /^3\d(\.\d)? % of the last \d{3} labelled answers were wrong, where 20 % were at release and 5 points more are allowed$/,
    );
    expect(watch('e-process', [...days(30, off(80)), ...days(10, off(120))], values ?? fail()).first?.because).toMatch(
      /^MAE is 1[12]\d(\.\d)? over the last [\d,]+ labelled answers, where it was 80 at release and 10 % more is allowed$/,
    );
  });

  it('are no alarm any more when they are as before for long enough', () => {
    expect(watch('e-process', [...days(2, wrong(0.2)), ...days(1, wrong(0.5)), ...days(30, wrong(0.1))]).last).toBeNull();
  });

  it('are not judged by few labels, however bad', () => {
    const step = watchLoss(beginLoss('e-process', 0), new Array<number>(400).fill(1), classes ?? fail(), terms, day);
    expect(step.finding).toBeNull();
  });

  it('are held against their own past by ADWIN and by Page-Hinkley', () => {
    for (const by of ['adwin', 'page-hinkley'] as const) {
      const { first, state } = watch(by, [...days(10, wrong(0.2)), ...days(4, wrong(0.5))]);
      expect(first?.day).toBeGreaterThanOrEqual(10);
      expect(first?.because).toMatch(/^the share of wrong answers rose from 2\d(\.\d)? % to [45]\d(\.\d)? % \(/);
      expect(JSON.stringify(state).length).toBeLessThan(6000);
      expect(watch(by, [...days(10, wrong(0.5)), ...days(4, wrong(0.2))]).first).toBeNull();
    }
  });

  it('are held against what they may have been at release, as few held-out rows tell', () => {
    const few = lossBaseline('binary-classification', { accuracy: 0.8 }, allowed, { rows: 400, deviation: 0.4, correlation: 4 });
    expect(few).toMatchObject({ block: 4 });
    expect(few?.error).toBeCloseTo(0.08, 9);
    expect(watch('e-process', days(60, wrong(0.3)), few ?? fail()).first).toBeNull();
    expect(watch('e-process', days(20, wrong(0.5)), few ?? fail()).first?.because).toMatch(
      /, where 20 % were at release \(± 8 points\) and 5 points more are allowed$/,
    );
  });

  it('that come in runs are no alarm: a run is worth one where the held-out ones were alike', () => {
    // Days on which everything is wrong, one in five.
    const runs = (share: number) => Array.from({ length: 150 }, () => wrong(random.next() < share ? 1 : 0));
    const alike = lossBaseline('binary-classification', { accuracy: 0.8 }, allowed, { ...independent, correlation: 480 });
    expect(watch('e-process', runs(0.2)).first).not.toBeNull();
    expect(watch('e-process', runs(0.2), alike ?? fail()).first).toBeNull();
    expect(watch('e-process', runs(0.7), alike ?? fail()).first).not.toBeNull();
  });

  it('alarm less often than stated where errors cluster and the release was measured on a week of them', () => {
    /** Errors that stay for a while: 20 % of all answers, with a correlation time of about 9. */
    const clustered = () => {
      let bad = false;
      return () => {
        if (random.next() < 0.2) bad = random.next() < 0.2;
        return Number(bad);
      };
    };
    const runs = 100;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const week = Array.from({ length: 7 * 96 }, clustered());
      const wrongs = week.reduce((sum, one) => sum + one, 0) / week.length;
      const heldOut = { rows: week.length, deviation: Math.sqrt(wrongs * (1 - wrongs)), correlation: correlationTime(week) };
      const baseline = lossBaseline('binary-classification', { accuracy: 1 - wrongs }, allowed, heldOut);
      let state = beginLoss('e-process', 0);
      const world = clustered();
      for (let at = 1; at <= 90; at++) {
        const step = watchLoss(state, Array.from({ length: 96 }, world), baseline ?? fail(), terms, at * day);
        state = step.state;
        if (step.finding === null) continue;
        alarms++;
        break;
      }
    }
    // Once in 90 days on average would be in some 63 of 100 such stretches.
    expect(alarms).toBeLessThan(10);
  });
});
