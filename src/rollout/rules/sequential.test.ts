import { describe, expect, it } from 'vitest';
import type { LossSums } from '../../stats/betting.ts';
import type { ErrorSegment } from '../../stats/error-process.ts';
import type { ArmCounts, Evidence, LatencyBounds, PairedCounts } from '../state.ts';
import { disagreement } from './disagreement.ts';
import { errorRatio } from './error-ratio.ts';
import type { Terms } from './finding.ts';
import { labelMetric } from './label-metric.ts';
import { latency } from './latency.ts';
import { scoreShift } from './score-shift.ts';

const terms: Terms = { alpha: 0.025 };
const arm = (requests: number, p99: number | null = null): ArmCounts => ({ requests, errors: 0, p99 });
const noPairs: PairedCounts = {
  pairs: 0,
  disagreements: 0,
  labelled: 0,
  champion: {},
  challenger: {},
  standardError: {},
  losses: {},
};
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

describe('the error ratio', () => {
  const judge = (errorSegments: ErrorSegment[], above = 1) =>
    errorRatio({ error_ratio: { above } }, { ...nothing, errorSegments }, terms);

  it('is harm when more errors are the challenger’s than its share explains, in numbers', () => {
    expect(judge([{ share: 0.1, championErrors: 90, challengerErrors: 30 }])).toEqual({
      verdict: 'harm',
      because:
        "30 of 120 errors are the challenger's, each caller's first counted, and at the champion's error rate it would have about 12; that happens by chance in less than 2.5 % of rollouts",
    });
  });

  it('is nothing while the share explains them, or the ratio that is allowed does', () => {
    expect(judge([{ share: 0.1, championErrors: 90, challengerErrors: 11 }])).toBeNull();
    expect(judge([{ share: 0.1, championErrors: 90, challengerErrors: 30 }], 3)).toBeNull();
    expect(judge([])).toBeNull();
  });

  it('adds steps up and does not pool them', () => {
    const growing = [
      { share: 0.05, championErrors: 95, challengerErrors: 5 },
      { share: 0.5, championErrors: 50, challengerErrors: 50 },
    ];
    expect(judge(growing)).toBeNull();
    expect(judge([...growing, { share: 0.25, championErrors: 60, challengerErrors: 60 }])?.verdict).toBe('harm');
  });
});

const judgeAccuracy = (counts: readonly [better: number, same: number, worse: number], by?: 'estimate', alike = 1) => {
  const labelled = counts[0] + counts[1] + counts[2];
  const losses: LossSums = { losses: [-1, 0, 1], counts };
  const champion = 0.8;
  const paired = {
    ...noPairs,
    labelled,
    champion: { accuracy: champion },
    challenger: { accuracy: champion - (counts[2] - counts[0]) / labelled },
    losses: { accuracy: losses },
    alike: { accuracy: alike },
  };
  const accuracy = { below_champion_by: 0.02, at_least: 200, ...(by === undefined ? {} : { by }) };
  return labelMetric({ accuracy }, { ...nothing, paired }, terms);
};

describe('a label metric', () => {
  it('is harm when the bounds exclude what is allowed', () => {
    expect(judgeAccuracy([30, 400, 130])).toEqual({
      verdict: 'harm',
      because: 'accuracy 62.1 % against 80 % on 560 labelled pairs, 17.9 points worse where 2 points are allowed',
    });
  });

  it('is a doubt where it could be chance, and says between what', () => {
    const finding = judgeAccuracy([20, 200, 30]);
    expect(finding?.verdict).toBe('doubt');
    expect(finding?.because).toMatch(
      /4 points worse where 2 points are allowed; it could be chance \([\d.]+ points better to [\d.]+ points worse\)/,
    );
  });

  it('takes pairs that are alike for as few as they are worth, and says so', () => {
    const finding = judgeAccuracy([30, 400, 130], undefined, 20);
    expect(finding?.verdict).toBe('doubt');
    expect(finding?.because).toContain('on 560 labelled pairs (neighbours are alike: worth 28), 17.9 points worse');
    expect(judgeAccuracy([250, 9500, 250], undefined, 20)?.verdict).toBe('unproven');
  });

  it('says what is allowed and what is not known as people do', () => {
    const said = (allowed: number, losses: LossSums, labelled = 300) => {
      const paired = {
        ...noPairs,
        labelled,
        losses: { accuracy: losses },
        champion: { accuracy: 0.8 },
        challenger: { accuracy: 0.75 },
      };
      return labelMetric({ accuracy: { below_champion_by: allowed, at_least: 0 } }, { ...nothing, paired }, terms)?.because;
    };
    const losses = { losses: [-1, 0, 1], counts: [20, 245, 35] };
    expect(said(0.01, losses)).toMatch(/5 points worse where 1 point is allowed; it could be chance \(/);
    expect(said(0, losses)).toMatch(/5 points worse where nothing is allowed;/);
    const unknown = { ...noPairs, labelled: 1, losses: {}, champion: { f1: 0.8 }, challenger: { f1: 0.8 } };
    expect(labelMetric({ f1: { below_champion_by: 0.02, at_least: 0 } }, { ...nothing, paired: unknown }, terms)?.because).toBe(
      'f1 80 % against 80 % on 1 labelled pair: nothing is excluded yet, where 2 points are allowed',
    );
  });

  it('speaks in its time only, where it has one', () => {
    const accuracy = { below_champion_by: 0.02, at_least: 200, by: 'estimate' as const, within: 3_600_000 };
    const paired = { ...noPairs, labelled: 300, champion: { accuracy: 0.8 }, challenger: { accuracy: 0.7 } };
    const after = (answeringFor?: number) =>
      labelMetric({ accuracy }, { ...nothing, paired, ...(answeringFor === undefined ? {} : { answeringFor }) }, terms)?.verdict;
    expect(after()).toBe('harm');
    expect(after(3_600_000)).toBe('harm');
    expect(after(3_600_001)).toBeUndefined();
  });

  it('is unproven while a larger loss is not excluded, and nothing once it is', () => {
    expect(judgeAccuracy([25, 200, 25])?.verdict).toBe('unproven');
    expect(judgeAccuracy([250, 9500, 250])).toBeNull();
  });

  it('waits for its labels before it is proven', () => {
    expect(judgeAccuracy([0, 0, 0])).toMatchObject({ verdict: 'unproven' });
    expect(judgeAccuracy([0, 20, 100])?.verdict).toBe('unproven');
  });

  it('takes the estimate for sure where it is told to', () => {
    expect(judgeAccuracy([20, 200, 30], 'estimate')?.verdict).toBe('harm');
    expect(judgeAccuracy([25, 200, 25], 'estimate')).toBeNull();
  });

  it('holds errors against the champion’s own', () => {
    const judge = (challenger: number, own: number) =>
      labelMetric(
        { mae: { above_champion_by: 0.05, at_least: 200 } },
        {
          ...nothing,
          paired: {
            ...noPairs,
            labelled: 2000,
            champion: { mae: 80 },
            challenger: { mae: challenger },
            standardError: { mae: own },
            ownErrors: { champion: { mae: 1 }, challenger: { mae: 1 } },
          },
        },
        terms,
      )?.verdict;
    expect(judge(96, 0.5)).toBe('harm');
    expect(judge(86, 1)).toBe('doubt');
    expect(judge(83, 1)).toBe('unproven');
    expect(judge(76, 0.2)).toBeUndefined();
  });
});

describe('the disagreement', () => {
  const judge = (pairs: number, disagreements: number) =>
    disagreement(
      { disagreement: { above: 0.3, at_least: 200 } },
      { ...nothing, paired: { ...noPairs, pairs, disagreements } },
      terms,
    );

  it('is harm when it surely is above the bound, and a doubt before', () => {
    expect(judge(1000, 420)?.verdict).toBe('harm');
    expect(judge(1000, 310)?.verdict).toBe('doubt');
    expect(judge(1000, 300)).toBeNull();
  });
});

describe('the shift of scores', () => {
  const judge = (pairs: number, shift: number | null) =>
    scoreShift(
      { score_shift: { above: 0.1, at_least: 200 } },
      { ...nothing, paired: { ...noPairs, pairs, scoreShift: shift } },
      terms,
    );

  it('is harm when it surely is above the bound, and a doubt before', () => {
    expect(judge(2000, 0.45)).toEqual({
      verdict: 'harm',
      because: "challenger's scores are 45 % apart from the champion's on 2,000 pairs, above 10 %",
    });
    expect(judge(2000, 0.15)?.verdict).toBe('doubt');
    expect(judge(2000, 0.05)).toBeNull();
    expect(judge(0, null)).toBeNull();
  });
});

const side = (value: number, low: number | null, high: number | null, requests = 1000): LatencyBounds => ({
  requests,
  value,
  low,
  high,
});
const seenLatency = (challenger: LatencyBounds, champion: LatencyBounds): Evidence => ({
  ...nothing,
  challenger: arm(challenger.requests, challenger.value),
  champion: arm(champion.requests, champion.value),
  latency: [{ quantile: 0.99, challenger, champion }],
});

describe('the latency against a limit', () => {
  const judge = (challenger: LatencyBounds, champion: LatencyBounds) =>
    latency({ latency: { p99: 50, at_least: 100 } }, seenLatency(challenger, champion), terms)?.verdict;

  it('is harm when it surely is above it, and a doubt before', () => {
    expect(judge(side(80, 60, 100), side(20, 15, 25))).toBe('harm');
    expect(judge(side(80, 40, null), side(20, 15, 25))).toBe('doubt');
    expect(judge(side(45, 40, 60), side(20, 15, 25))).toBeUndefined();
  });

  it('is a doubt while the champion is as slow', () => {
    expect(judge(side(80, 60, 100), side(75, 60, 90))).toBe('doubt');
  });
});

describe('the latency against the champion', () => {
  const judge = (challenger: LatencyBounds, champion: LatencyBounds) =>
    latency({ latency: { above_champion_by: 0.2, at_least: 100 } }, seenLatency(challenger, champion), terms);

  it('is harm when its bounds are apart by more than is allowed', () => {
    expect(judge(side(80, 60, 100), side(20, 15, 25))).toEqual({
      verdict: 'harm',
      because: "challenger's p99 80 ms (60 to 100) against 20 ms (15 to 25), surely more than 20 % slower",
    });
  });

  it('is a doubt, or unproven, while they are not', () => {
    expect(judge(side(30, 20, 40), side(20, 15, 25))?.verdict).toBe('doubt');
    expect(judge(side(20, 15, null), side(20, 15, null))?.verdict).toBe('unproven');
    expect(judge(side(16, 15, 17), side(20, 19, 21))).toBeNull();
  });

  it('needs enough requests on both sides', () => {
    expect(judge(side(80, 60, 100, 99), side(20, 15, 25))).toBeNull();
  });
});
