import { describe, expect, it } from 'vitest';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { modelSpec } from '../spec/schema.ts';
import { beginMemory, labelLook, type Promotion } from './label-look.ts';

const spec = modelSpec.parse({
  model: 'visits',
  task: 'regression',
  owner: 'tests',
  source: { files: '*.csv' },
  contract: { label: 'visits', features: { hour: { type: 'number' } } },
  training: { params: { loss: 'quantile', alpha: 0.9 } },
});
const learned = { trainer: 'gbt', params: { loss: 'quantile', alpha: 0.9 } };
const version = { version: 2, ...learned, metrics: { mae: 5, pinball: 1 } } as unknown as VersionRecord;
const promotion = (former: Partial<Promotion['former']>): Promotion => ({
  former: { version: 1, mae: 3, ...former },
  at: 0,
  estimate: null,
});

const answer = (id: string, version: number, score: number): Answered => ({
  ...{ id, version, score, prediction: String(score) },
  role: version === 2 ? 'champion' : 'shadow',
});
type Answered = Pick<LoggedPrediction, 'id' | 'version' | 'role' | 'score' | 'prediction'>;

/** 10,000 labels from 0 to 9; v2, the champion, says 9 of each and v1 their middle. */
function look(of: Promotion) {
  const judged = Array.from({ length: 10_000 }, (_, i) => ({
    label: String(i % 10),
    answers: new Map([4.5, 9].map((score, side) => [side + 1, answer(`${i}`, side + 1, score)])),
  }));
  const before = beginMemory(spec, 2, 0, of, 1);
  return labelLook(spec, version, before, { judged, seq: 10_000, heldOut: null, formerMae: 3, at: 2 });
}

describe('labels of a champion that predicts a quantile', () => {
  /** Demand has grown towards what it says, 20: its absolute errors are smaller, and too many labels are above it. */
  const grown = (metrics: Record<string, number>, before = beginMemory(spec, 2, 0, null, 1)) => {
    const judged = Array.from({ length: 10_000 }, (_, i) => ({
      label: String(21 + (i % 3)),
      answers: new Map([[2, answer(`${i}`, 2, 20)]]),
    }));
    const own = { ...version, metrics } as VersionRecord;
    return labelLook(spec, own, before, { judged, seq: 10_000, heldOut: null, formerMae: null, at: 2 });
  };

  it('alarm by the pinball loss, though it is nearer to them than at its release', () => {
    expect(grown({ mae: 5, pinball: 1 }).performance?.because).toMatch(
      /^pinball loss is 1\.8 over the last [\d,]+ labelled answers, where it was 1 at release and 10 % more is allowed$/,
    );
  });

  it('go by absolute errors where its release measured nothing else, and begin anew where it did since', () => {
    const { performance, memory } = grown({ mae: 5 });
    expect(performance).toBeNull();
    expect(memory.loss).not.toHaveProperty('metric');
    expect(grown({ mae: 5, pinball: 1 }, memory).memory.loss).toMatchObject({ metric: 'pinball', labels: 10_000 });
  });

  it('count for a budget by absolute errors', () => {
    const budgets = [{ absolute_error: { at_most: 2, objective: 0.9, over: 1000 } }];
    const within = { ...spec, monitor: { ...spec.monitor, budgets } };
    const judged = [22, 23, 17].map((label) => ({ label: String(label), answers: new Map([[2, answer('a', 2, 20)]]) }));
    const { counts } = labelLook(within, version, beginMemory(spec, 2, 0, null, 1), {
      ...{ judged, seq: 3, heldOut: null, formerMae: null, at: 2 },
    });
    expect(counts).toEqual({ labels: 3, bad: 2 });
  });
});

describe('a promotion of a quantile', () => {
  it('is held against labels by its pinball loss', () => {
    const { truth, memory } = look(promotion({ terms: { quantile: 0.9, counts: false }, error: 2.25 }));
    expect(truth).toBeNull();
    expect((memory.truth?.promotedLoss ?? NaN) / 10_000).toBeCloseTo(0.45, 9);
    expect((memory.truth?.formerLoss ?? NaN) / 10_000).toBeCloseTo(1.25, 9);
  });

  it('that a pawl of before began to hold by absolute errors, in which it looks worse, goes on so', () => {
    const { truth, memory } = look(promotion({}));
    expect(memory.truth).not.toHaveProperty('terms');
    expect(truth?.because).toContain('the MAE is 4.5 against 2.5 of v1');
  });
});
