import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gate, MetricGate } from '../spec/evaluation-schema.ts';
import { type Answers, answersAt } from './answers.ts';
import { checkGates, decisiveSentence, gatesPassed } from './gates.ts';

const on = 'held-out rows';
const inOrder = false;
/** The first `right` of 500 rows are answered rightly. */
const rightly = (right: number): Answers =>
  answersAt(
    Float64Array.from({ length: 500 }, (_, i) => (i < right ? 0.9 : 0.1)),
    0.5,
  );
const label = new Float64Array(500).fill(1);

async function check(gate: MetricGate, candidate: Answers, champion: Answers | 'unfit' | null = null, confidence = 0.95) {
  const [result, ...more] = await checkGates([gate], { label, candidate, champion, on, inOrder }, confidence);
  expect(more).toEqual([]);
  if (result === undefined) throw new Error('a gate gives a result');
  return result;
}

/** Errors of 100 rows, all of one size. */
const off = (size: number) => answersAt(new Float64Array(500).fill(1 + size), null);

describe('a gate', () => {
  it('holds a metric against a bound, which itself is good enough, and states its interval and rows', async () => {
    expect(await check({ accuracy: { at_least: 0.7 } }, rightly(350))).toEqual({
      gate: 'accuracy at_least 0.7',
      metric: 'accuracy',
      passed: true,
      value: 0.7,
      bound: 0.7,
      because: 'accuracy is 0.7 (0.6653 to 0.7326, each end with 95 % confidence) on 500 held-out rows, at least 0.7 is asked',
      interval: { low: expect.closeTo(0.6653, 4), high: expect.closeTo(0.7326, 4), confidence: 0.95, method: 'Wilson' },
      rows: 500,
      on: 'held-out rows',
    });
    expect((await check({ accuracy: { at_least: 0.7 } }, rightly(349))).passed).toBe(false);
    expect((await check({ mae: { at_most: 90 } }, off(90))).passed).toBe(true);
    expect((await check({ mae: { at_most: 90 } }, off(90.01))).passed).toBe(false);
  });

  it('holds a quantile against its pinball loss, in which what is below the labels weighs more', async () => {
    const ofQuantile = (size: number) => ({ ...off(size), terms: { quantile: 0.9, counts: false } });
    expect(await check({ pinball: { at_most: 1 } }, ofQuantile(8))).toMatchObject({
      passed: true,
      value: expect.closeTo(0.8, 12),
    });
    expect(await check({ pinball: { at_most: 1 } }, ofQuantile(-8))).toMatchObject({
      passed: false,
      value: expect.closeTo(7.2, 12),
    });
    // The errors are larger, and those that matter are fewer.
    expect(await check({ pinball: { better_than_champion_by: 0.02 } }, ofQuantile(8), ofQuantile(-4))).toMatchObject({
      passed: true,
      gain: expect.closeTo(1 - 0.8 / 3.6, 12),
    });
  });

  it('says why a champion has no Poisson deviance, which is no win against it', async () => {
    const ofCounts = (size: number) => ({ ...off(size), terms: { quantile: null, counts: true } });
    expect(await check({ poisson_deviance: { better_than_champion_by: 0 } }, ofCounts(1), ofCounts(-3))).toMatchObject({
      passed: false,
      because: "the champion's poisson_deviance has no value on 500 held-out rows: 500 predictions of 500 are not above 0",
    });
  });

  it('asks the whole interval to meet a bound that states a confidence', async () => {
    const sure = { accuracy: { at_least: 0.7, confidence: 0.95 } };
    expect(await check(sure, rightly(350))).toMatchObject({
      passed: false,
      because: expect.stringContaining('of the whole interval'),
    });
    expect((await check(sure, rightly(370))).passed).toBe(true);
    expect((await check({ accuracy: { at_least: 0.7, confidence: 0.999 } }, rightly(370))).passed).toBe(false);
  });

  it('asks for points above the champion where higher is better, and for a proof that it is no chance', async () => {
    const gate = { accuracy: { better_than_champion_by: 0.02 } };
    expect(await check(gate, rightly(400), rightly(350))).toMatchObject({
      passed: true,
      value: 0.8,
      bound: expect.closeTo(0.72, 9),
      gain: 0.1,
      because:
        "accuracy is 0.8 against the champion's 0.7 on 500 held-out rows; at least 0.72, 0.02 above it, is asked; " +
        'the gain of +0.1 lies between +0.08 and +0.1243, each end with 95 % confidence ' +
        "(50 rows only it got right, 0 only the champion; McNemar's p below 0.001): proven to be better",
    });
    expect(await check(gate, rightly(355), rightly(350))).toMatchObject({ passed: false, p: 1 / 64 });
  });

  it('refuses what reaches the margin by chance', async () => {
    // 60 rows only the candidate got right, 50 only the champion: 2 points of 500 rows, and a fair coin does as well.
    const candidate = answersAt(
      Float64Array.from(label, (_, i) => (i < 60 || i >= 110 ? 1 : 0)),
      0.5,
    );
    const champion = answersAt(
      Float64Array.from(label, (_, i) => (i >= 60 ? 1 : 0)),
      0.5,
    );
    const result = await check({ accuracy: { better_than_champion_by: 0.02 } }, candidate, champion);
    expect(result).toMatchObject({
      passed: false,
      gain: 0.02,
      because: expect.stringMatching(/p 0\.17\d\): not proven to be better$/),
    });
    expect((await check({ accuracy: { better_than_champion_by: 0.02, confidence: 0.8 } }, candidate, champion)).passed).toBe(
      true,
    );
    expect((await check({ accuracy: { better_than_champion_by: 0.02 } }, candidate, champion, 0.8)).passed).toBe(true);
  });

  it("asks for a share of the champion's own value where lower is better", async () => {
    const gate = { mae: { better_than_champion_by: 0.02 } };
    expect(await check(gate, off(98), off(100))).toMatchObject({ passed: true, bound: 98, gain: expect.closeTo(0.02, 9) });
    expect(await check(gate, off(98.1), off(100))).toMatchObject({
      passed: false,
      because: expect.stringContaining(
        "mae is 98.1 against the champion's 100 on 500 held-out rows; at most 98, 2 % below it, is asked; the gain of +0.019 ",
      ),
    });
  });

  it('may ask for not much worse, which has to be proven', async () => {
    const gate = { mae: { better_than_champion_by: -0.05 } };
    expect(await check(gate, off(104), off(100))).toMatchObject({ passed: true });
    const worse = await check(gate, off(106), off(100));
    expect(worse.because).toContain('at most 105, 5 % above it');
    expect(worse.because).toMatch(/not proven to be no worse than -0\.05$/);
    const equal = { accuracy: { better_than_champion_by: -0.02 } };
    expect((await check(equal, rightly(400), rightly(400))).passed).toBe(true);
    // As good in 500 rows, but the two differ in 100: half a point worse cannot be excluded.
    const swapped = answersAt(
      Float64Array.from(label, (_, i) => (i >= 50 && i < 450 ? 1 : 0)),
      0.5,
    );
    expect((await check({ accuracy: { better_than_champion_by: -0.005 } }, swapped, rightly(400))).passed).toBe(false);
  });

  it('passes a comparison where there is no champion, and says so', async () => {
    expect(await check({ accuracy: { better_than_champion_by: 0.02 } }, rightly(300))).toMatchObject({
      passed: true,
      bound: null,
      because: 'accuracy is 0.6 on 500 held-out rows; there is no champion to beat yet',
    });
  });

  it('fails where the metric has no value, of the candidate or of the champion', async () => {
    expect(await check({ auc: { at_least: 0.5 } }, rightly(300))).toMatchObject({ passed: false, value: null });
    const compared = await check({ accuracy: { better_than_champion_by: 0 } }, rightly(300), 'unfit');
    expect(compared).toMatchObject({ passed: false, because: "the champion's accuracy has no value on 500 held-out rows" });
  });

  it('gives a result for each of its bounds, and all have to pass', async () => {
    const gates: Gate[] = [{ accuracy: { at_least: 0.7, better_than_champion_by: 0.02 } }, { brier: { at_most: 0.1 } }];
    const results = await checkGates(gates, { label, candidate: rightly(400), champion: rightly(300), on, inOrder }, 0.95);
    expect(results.map(({ gate, passed }) => [gate, passed])).toEqual([
      ['accuracy at_least 0.7', true],
      ['accuracy better_than_champion_by 0.02', true],
      ['brier at_most 0.1', false],
    ]);
    expect(gatesPassed(results)).toBe(false);
    expect(gatesPassed(results.slice(0, 2))).toBe(true);
  });

  it('is told with what decided, the comparison with the champion first, and not more than can be read aloud', async () => {
    const gates = [0.1, 0.2, 0.3, 0.4, 0.9].map((bound) => ({ accuracy: { at_least: bound } }));
    const rows = { label, candidate: rightly(480), champion: rightly(400), on, inOrder };
    const passed = await checkGates([...gates, { accuracy: { better_than_champion_by: 0.02 } }], rows, 0.95);
    expect(decisiveSentence(passed)).toMatch(/^accuracy is 0\.96 against the champion's 0\.8 .*; 2 more gates hold$/);
    const failed = await checkGates(gates, { ...rows, candidate: rightly(400) }, 0.95);
    expect(decisiveSentence(failed)).toBe(failed.at(-1)?.because);
  });

  it('writes as many decimals as tell a failure from a pass', async () => {
    expect((await check({ mae: { at_most: 0.15 } }, off(0.150_001))).because).toContain('mae is 0.150001 (');
  });

  it('never passes a candidate and fails one that is right on more rows', async () => {
    const row = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 5, maxLength: 60 }), fc.constantFrom(-0.1, 0, 0.05), async (rows, by) => {
        const of = (right: (row: [boolean, boolean, boolean]) => boolean) =>
          answersAt(
            rows.map((one) => (right(one) ? 1 : 0)),
            0.5,
          );
        const gates = [{ accuracy: { better_than_champion_by: by } }];
        const champion = of(([right]) => right);
        const passes = async (candidate: Answers) =>
          gatesPassed(await checkGates(gates, { label: label.subarray(0, rows.length), candidate, champion, on, inOrder }, 0.9));
        if (await passes(of(([, right]) => right))) expect(await passes(of(([, right, more]) => right || more))).toBe(true);
        if (by >= 0) expect(await passes(champion)).toBe(false);
      }),
    );
  });
});
