import { describe, expect, it } from 'vitest';
import type { RollbackRule } from '../../spec/release-schema.ts';
import type { ArmCounts, Evidence, PairedCounts } from '../state.ts';
import { disagreement } from './disagreement.ts';
import { errorRate } from './error-rate.ts';
import type { Terms } from './finding.ts';
import { labelMetric } from './label-metric.ts';
import { latency } from './latency.ts';

const terms: Terms = { alpha: 0.025 };
const arm = (requests: number, errors = 0, p99: number | null = null): ArmCounts => ({ requests, errors, p99 });
const noPairs: PairedCounts = { pairs: 0, disagreements: 0, labelled: 0, champion: {}, challenger: {}, standardError: {} };
const nothing: Evidence = {
  elapsed: 0,
  champion: arm(0),
  challenger: arm(0),
  recent: arm(0),
  recentChampion: arm(0),
  paired: noPairs,
  lapsed: false,
  inForce: true,
};

describe('the error rate', () => {
  const rule: RollbackRule = { error_rate: { above: 0.02, for: 120_000, at_least: 5, by: 'bounds' } };
  const judge = (recent: ArmCounts, recentChampion = arm(0)) => errorRate(rule, { ...nothing, recent, recentChampion }, terms);

  it('is harm above the bound with enough errors, in numbers', () => {
    expect(judge(arm(200, 12), arm(600, 1))).toEqual({
      verdict: 'harm',
      because: 'challenger 6 % errors (12 of 200 requests) within 2 min, above 2 % (champion 0.2 %)',
    });
  });

  it('is nothing at the bound or without requests', () => {
    expect(judge(arm(100, 2))).toBeNull();
    expect(judge(arm(0))).toBeNull();
  });

  it('is a doubt with too few errors', () => {
    expect(judge(arm(20, 4))?.verdict).toBe('doubt');
    expect(judge(arm(20, 5))?.verdict).toBe('harm');
  });

  it('is a doubt above the bound by no more than chance makes of so few requests, unless the estimate is to count', () => {
    expect(judge(arm(200, 7), arm(600, 5))).toEqual({
      verdict: 'doubt',
      because: 'challenger 3.5 % errors (7 of 200 requests) within 2 min, above 2 %, which could be chance',
    });
    const estimate: RollbackRule = { error_rate: { above: 0.02, for: 120_000, at_least: 5, by: 'estimate' } };
    expect(errorRate(estimate, { ...nothing, recent: arm(200, 7) }, terms)?.verdict).toBe('harm');
  });

  it('is a doubt while the champion fails just as much', () => {
    expect(judge(arm(500, 260), arm(500, 245))).toEqual({
      verdict: 'doubt',
      because:
        'challenger 52 % errors (260 of 500 requests) within 2 min, above 2 %, but the champion fails as well (49 %): the world fails, not the version',
    });
  });

  it('is harm when both fail and the challenger clearly more', () => {
    expect(judge(arm(500, 400), arm(500, 50))?.verdict).toBe('harm');
  });

  it('is harm when one error of few requests is all that the champion has', () => {
    expect(judge(arm(500, 100), arm(3, 1))?.verdict).toBe('harm');
  });
});

describe('the latency', () => {
  const rule: RollbackRule = { latency: { p99: 50, at_least: 100 } };
  const judge = (challenger: ArmCounts, champion = arm(0)) => latency(rule, { ...nothing, challenger, champion }, terms);

  it('is harm above the bound on enough requests', () => {
    expect(judge(arm(100, 0, 81.234), arm(100, 0, 20))).toEqual({
      verdict: 'harm',
      because: "challenger's p99 81.2 ms on 100 requests, above 50 ms (champion 20 ms)",
    });
    expect(judge(arm(99, 0, 81))).toBeNull();
    expect(judge(arm(100, 0, 50))).toBeNull();
  });

  it('is a doubt while the champion is as slow, as far as a histogram can tell', () => {
    expect(judge(arm(100, 0, 81), arm(100, 0, 75))?.verdict).toBe('doubt');
    expect(judge(arm(100, 0, 95), arm(100, 0, 75))?.verdict).toBe('harm');
    expect(judge(arm(100, 0, 81), arm(20, 0, 75))?.verdict).toBe('harm');
  });
});

describe('the disagreement', () => {
  const rule: RollbackRule = { disagreement: { above: 0.3, at_least: 200 } };
  const judge = (pairs: number, disagreements: number) =>
    disagreement(rule, { ...nothing, paired: { ...noPairs, pairs, disagreements } }, terms);

  it('is harm above the bound on enough pairs', () => {
    expect(judge(1000, 420)).toEqual({
      verdict: 'harm',
      because: 'challenger answers 42 % of 1,000 pairs differently from the champion, above 30 %',
    });
    expect(judge(1000, 300)).toBeNull();
    expect(judge(199, 199)).toBeNull();
  });
});

const judgeMetric = (rule: RollbackRule, labelled: number, champion: number, challenger: number, error = 0) => {
  const metric = Object.keys(rule)[0] as string;
  const paired = {
    ...noPairs,
    labelled,
    champion: { [metric]: champion },
    challenger: { [metric]: challenger },
    standardError: { [metric]: error },
  };
  return labelMetric(rule, { ...nothing, paired }, terms);
};

describe('a label metric', () => {
  const accuracy: RollbackRule = { accuracy: { below_champion_by: 0.02, at_least: 200 } };
  const mae: RollbackRule = { mae: { above_champion_by: 0.05, at_least: 200 } };

  it('is harm when the challenger is clearly worse on enough labels', () => {
    expect(judgeMetric(accuracy, 240, 0.768, 0.512, 0.04)).toEqual({
      verdict: 'harm',
      because: 'accuracy 51.2 % against 76.8 % on 240 labelled pairs, 25.6 points worse where 2 points are allowed',
    });
    expect(judgeMetric(accuracy, 199, 0.768, 0.512, 0.04)).toBeNull();
  });

  it('is a doubt when it is worse by more than is allowed, but perhaps by chance', () => {
    expect(judgeMetric(accuracy, 240, 0.768, 0.74, 0.02)?.verdict).toBe('doubt');
    expect(judgeMetric(accuracy, 9000, 0.768, 0.74, 0.002)?.verdict).toBe('harm');
  });

  it('is nothing when it is worse by no more than is allowed', () => {
    expect(judgeMetric(accuracy, 9000, 0.768, 0.75)).toBeNull();
    expect(judgeMetric(accuracy, 9000, 0.768, 0.8)).toBeNull();
  });

  it('compares errors as a share of the champion’s', () => {
    expect(judgeMetric(mae, 500, 80, 88, 0.5)).toEqual({
      verdict: 'harm',
      because: 'mae 88 against 80 on 500 labelled pairs, 10 % worse where 5 % are allowed',
    });
    expect(judgeMetric(mae, 500, 80, 88, 2)?.verdict).toBe('doubt');
    expect(judgeMetric(mae, 500, 80, 83)).toBeNull();
    const pinball: RollbackRule = { pinball: { above_champion_by: 0.05, at_least: 200 } };
    expect(judgeMetric(pinball, 500, 8, 8.8, 0.05)?.because).toBe(
      'pinball 8.8 against 8 on 500 labelled pairs, 10 % worse where 5 % are allowed',
    );
  });

  it('says nothing of a metric that is not there', () => {
    expect(labelMetric(accuracy, { ...nothing, paired: { ...noPairs, labelled: 500 } }, terms)).toBeNull();
    expect(labelMetric({ disagreement: { above: 0.1, at_least: 1 } }, nothing, terms)).toBeNull();
  });
});
