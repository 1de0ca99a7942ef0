import { describe, expect, it } from 'vitest';
import { type LabelledPair, pairedMetrics } from './paired-metrics.ts';

/** Park and Miller's generator: the same numbers everywhere. */
function generator(seed: number) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const side = (prediction: string) => ({ score: Number(prediction), prediction });

/** Two classifiers, right in 80 % and 75 % of the requests, not independently of each other. */
function classified(random: () => number, rows: number): LabelledPair[] {
  return Array.from({ length: rows }, () => {
    const label = random() < 0.4 ? '1' : '0';
    const wrong = label === '1' ? '0' : '1';
    const hard = random() < 0.3;
    return {
      label,
      champion: side(hard && random() < 0.67 ? wrong : label),
      challenger: side(hard && random() < 0.83 ? wrong : label),
    };
  });
}

function regressed(random: () => number, rows: number): LabelledPair[] {
  return Array.from({ length: rows }, () => {
    const [noise, common] = [random() - 0.5, random() * 4 - 2];
    return { label: '10', champion: side(String(10 + common)), challenger: side(String(10 + common * 1.1 + noise)) };
  });
}

/** Standard deviation of challenger - champion over many samples of the same size. */
function spreadOfDifference(
  task: 'regression' | 'binary-classification',
  draw: () => LabelledPair[],
  metric: string,
): { stated: number; real: number } {
  const terms = { quantile: 0.8, counts: true };
  const results = Array.from({ length: 200 }, () => pairedMetrics(task, draw(), '1', undefined, terms));
  const differences = results.map(({ champion, challenger }) => (challenger[metric] ?? 0) - (champion[metric] ?? 0));
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return {
    stated: results.reduce((sum, { standardError }) => sum + (standardError[metric] ?? 0), 0) / results.length,
    real: Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1)),
  };
}

describe('metrics over pairs', () => {
  it.each(['accuracy', 'f1'])('state how uncertain the difference in %s is', (metric) => {
    const random = generator(11);
    const { stated, real } = spreadOfDifference('binary-classification', () => classified(random, 300), metric);
    expect(stated / real).toBeGreaterThan(0.85);
    expect(stated / real).toBeLessThan(1.15);
  });

  it.each(['mae', 'rmse', 'pinball', 'poisson_deviance'])('state how uncertain the difference in %s is', (metric) => {
    const random = generator(12);
    const { stated, real } = spreadOfDifference('regression', () => regressed(random, 300), metric);
    expect(stated / real).toBeGreaterThan(0.85);
    expect(stated / real).toBeLessThan(1.15);
  });

  it('are of a quantile or of counts only where that is asked for', () => {
    const pairs = [{ label: '3', champion: side('2'), challenger: side('4') }];
    expect(Object.keys(pairedMetrics('regression', pairs, null).champion)).toEqual(['mae', 'rmse']);
    const { champion, challenger } = pairedMetrics('regression', pairs, null, undefined, { quantile: 0.9, counts: true });
    expect([champion['pinball'], challenger['pinball']]).toEqual([0.9, expect.closeTo(0.1, 12)]);
    expect(champion['poisson_deviance']).toBeCloseTo(2 * (3 * Math.log(3 / 2) - 1), 12);
  });

  it('take a count that was predicted as 0 or less for a large error, and not an infinite one', () => {
    const pairs = [{ label: '3', champion: side('3'), challenger: side('-1') }];
    const { challenger } = pairedMetrics('regression', pairs, null, undefined, { quantile: null, counts: true });
    expect(challenger['poisson_deviance']).toBeCloseTo(2 * (3 * Math.log(3e15) - 3), 6);
  });

  it('have no uncertainty between equal answers', () => {
    const equal = Array.from({ length: 50 }, (_, i) => ({
      label: String(i % 2),
      champion: side(String(i % 3 === 0 ? 1 : 0)),
      challenger: side(String(i % 3 === 0 ? 1 : 0)),
    }));
    expect(pairedMetrics('binary-classification', equal, '1').standardError).toEqual({
      accuracy: 0,
      f1: 0,
      precision: 0,
      recall: 0,
    });
  });

  it('leave F1 out without a positive class, and everything out without pairs', () => {
    const pairs = [{ label: '0', champion: side('0'), challenger: side('0') }];
    expect(Object.keys(pairedMetrics('binary-classification', pairs, null).champion)).toEqual(['accuracy']);
    expect(Object.keys(pairedMetrics('binary-classification', pairs, '1').champion)).toEqual(['accuracy']);
    expect(pairedMetrics('regression', [], null)).toMatchObject({ champion: {}, challenger: {}, standardError: {}, losses: {} });
  });

  it('count what the challenger lost on each request, and of those that are positive', () => {
    const pair = (champion: string, challenger: string, label: string) => ({
      champion: side(champion),
      challenger: side(challenger),
      label,
    });
    const pairs = [pair('1', '1', '1'), pair('1', '0', '1'), pair('0', '1', '0'), pair('1', '0', '0')];
    const { losses, champion, challenger } = pairedMetrics('binary-classification', pairs, '1', {
      true_positive: 10,
      false_positive: -2,
    });
    expect(losses).toEqual({
      accuracy: { losses: [-1, 0, 1], counts: [1, 1, 2] },
      recall: { losses: [0, 1], counts: [1, 1] },
      // Of answers that are worth 10 apart where the label is positive, and 2 where it is not.
      value: { losses: [-0.2, 0, 0.2, 1], counts: [1, 1, 1, 1] },
    });
    expect([champion['value'], challenger['value']]).toEqual([4.5, 2]);
    expect([champion['precision'], challenger['recall']]).toEqual([2 / 3, 0.5]);
  });
});
