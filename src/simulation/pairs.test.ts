import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedMetrics } from '../rollout/paired-metrics.ts';
import { Random } from '../training/random.ts';
import { classMetrics, pairChances, pairKinds } from './class-pairs.ts';
import { LabelQueue } from './label-queue.ts';
import { noNumberSums, NumberPairs, numberMetrics } from './number-pairs.ts';
import { Runs } from './runs.ts';
import type { ClassAnswers } from './traffic-profile.ts';

const answers: ClassAnswers = {
  task: 'binary-classification',
  positives: 0.3,
  accuracy: { negative: 0.9, positive: 0.7 },
  disagreement: { negative: 0.05, positive: 0.2 },
  alike: 1,
};
const worth = { true_positive: 10, false_positive: -2 };
const every = ['accuracy', 'f1', 'precision', 'recall', 'value'];

describe('pairs of a classifier by kind', () => {
  it('say the same as the pairs themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 8 }), (counts) => {
        const said = (right: boolean, positive: boolean) => ({ score: 0, prediction: right === positive ? '1' : '0' });
        const pairs = pairKinds.flatMap(({ positive, championRight, challengerRight }, kind) =>
          Array.from({ length: counts[kind] ?? 0 }, () => ({
            champion: said(championRight, positive),
            challenger: said(challengerRight, positive),
            label: positive ? '1' : '0',
          })),
        );
        const { labelled, ...metrics } = classMetrics(counts, every, worth);
        const exact = pairedMetrics('binary-classification', pairs, '1', worth);
        expect(labelled).toBe(pairs.length);
        expect(metrics.losses).toEqual(exact.losses);
        for (const part of ['champion', 'challenger', 'standardError'] as const) {
          expect(Object.keys(metrics[part]).toSorted()).toEqual(Object.keys(exact[part]).toSorted());
          for (const [name, value] of Object.entries(exact[part])) expect(metrics[part][name]).toBeCloseTo(value, 9);
        }
      }),
    );
  });

  it('are as right as the profile says, equal without a loss, and worse by just the loss', () => {
    for (const lost of [0, 0.02, 0.05, 0.3]) {
      const chances = pairChances(answers, lost);
      const sum = (which: (kind: (typeof pairKinds)[number]) => boolean) =>
        chances.reduce(
          (total, chance, i) => total + (pairKinds.filter(which).some((kind) => kind === pairKinds[i]) ? chance : 0),
          0,
        );
      expect(sum(() => true)).toBeCloseTo(1, 12);
      expect(sum(({ positive }) => positive)).toBeCloseTo(0.3, 12);
      const champion = sum(({ championRight }) => championRight);
      expect(champion).toBeCloseTo(0.7 * 0.9 + 0.3 * 0.7, 12);
      expect(champion - sum(({ challengerRight }) => challengerRight)).toBeCloseTo(lost, 12);
      if (lost === 0) expect(sum((kind) => kind.championRight !== kind.challengerRight)).toBeCloseTo(0.7 * 0.05 + 0.3 * 0.2, 12);
    }
  });
});

describe('pairs of a regressor by their sums', () => {
  const profile = { task: 'regression', errors: [0.1, 0.4, 1, 3], correlation: 0.8, disagreement: 0.1, alike: 1 } as const;

  it('say the same as the pairs themselves', () => {
    const random = new Random(5);
    const errors = Array.from({ length: 60 }, () => [random.next() * 3, random.next() * 2] as const);
    const total = noNumberSums();
    for (const [a, b] of errors)
      for (const [i, part] of [a, b, a * b, a ** 2, b ** 2, a ** 4, b ** 4, (a * b) ** 2].entries())
        total[i] = (total[i] ?? 0) + part;
    const answer = (score: number) => ({ score, prediction: '' });
    const pairs = errors.map(([a, b]) => ({ champion: answer(a), challenger: answer(b), label: '0' }));
    const { labelled, ...metrics } = numberMetrics(total, errors.length);
    const terms = { quantile: 0.5, counts: false };
    const exact = pairedMetrics('regression', pairs, null, undefined, terms);
    expect(labelled).toBe(60);
    for (const metric of ['mae', 'rmse', 'pinball']) {
      expect(metrics.champion[metric]).toBeCloseTo(exact.champion[metric] ?? NaN, 9);
      expect(metrics.challenger[metric]).toBeCloseTo(exact.challenger[metric] ?? NaN, 9);
      expect(metrics.standardError[metric]).toBeCloseTo(exact.standardError[metric] ?? NaN, 9);
      for (const side of ['champion', 'challenger'] as const)
        expect(metrics.ownErrors?.[side][metric]).toBeCloseTo(exact.ownErrors?.[side][metric] ?? NaN, 9);
    }
  });

  it('are equal without a loss, larger by just the loss, and the same by few draws or many', () => {
    for (const larger of [0, 0.1]) {
      const pairs = new NumberPairs(profile, larger);
      const [few, many] = [noNumberSums(), noNumberSums()];
      const random = new Random(6);
      for (let i = 0; i < 500; i++) pairs.add(few, 100, new Runs(1), random);
      for (let i = 0; i < 50; i++) pairs.add(many, 1000, new Runs(1), random);
      for (const sums of [few, many]) {
        const { champion, challenger } = numberMetrics(sums, 50_000);
        expect(Math.abs((challenger['mae'] ?? 0) / (champion['mae'] ?? 1) - 1 - larger)).toBeLessThan(0.01);
        expect(Math.abs((champion['mae'] ?? 0) - 1.125)).toBeLessThan(0.03);
      }
      const spread = [few, many].map((sums) => numberMetrics(sums, 50_000).standardError['mae'] ?? 0);
      expect(Math.abs((spread[0] ?? 0) / (spread[1] ?? 1) - 1)).toBeLessThan(0.05);
    }
  });
});

describe('labels that are waited for', () => {
  it('come after their delays, for their share of the requests, each once', () => {
    const queue = new LabelQueue({ share: 0.5, delays: [1000, 5000] }, new Random(7));
    queue.add(0, 1200);
    queue.add(2000, 1200);
    expect(queue.arrived(999)).toBe(0);
    const first = queue.arrived(1000);
    expect(Math.abs(first - 300)).toBeLessThan(60);
    expect(queue.arrived(2999)).toBe(0);
    const [second, rest] = [queue.arrived(3000), queue.arrived(100_000)];
    expect(Math.abs(first + second + rest - 1200)).toBeLessThan(100);
    expect(queue.arrived(200_000)).toBe(0);
    const none = new LabelQueue({ share: 0, delays: [] }, new Random(7));
    none.add(0, 10);
    expect(none.arrived(1e9)).toBe(0);
  });
});

describe('pairs that are alike', () => {
  it('come in runs over any number of draws, all of them somewhere, with a variance as many times as large', () => {
    const random = new Random(8);
    let fewest = 0;
    for (const [alike, batch] of [
      [1, 40],
      [8, 3],
      [8, 40],
    ] as const) {
      const means = Array.from({ length: 400 }, () => {
        const runs = new Runs(alike);
        let [hits, all] = [0, 0];
        while (all < 1200) {
          const counts = runs.kinds(batch, [0.3, 0.7], random);
          fewest = Math.min(fewest, (counts[0] ?? 0) + (counts[1] ?? 0) - batch);
          hits += counts[0] ?? 0;
          all += batch;
        }
        return hits / all;
      });
      const mean = means.reduce((sum, one) => sum + one, 0) / 400;
      const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 399;
      expect(Math.abs(mean - 0.3)).toBeLessThan(0.01);
      expect(Math.abs((variance * 1200) / (0.21 * alike) - 1)).toBeLessThan(0.25);
    }
    expect(fewest).toBe(0);
  });
});
