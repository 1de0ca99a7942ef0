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
const version = { version: 2, metrics: { mae: 5, pinball: 1 } } as unknown as VersionRecord;
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
