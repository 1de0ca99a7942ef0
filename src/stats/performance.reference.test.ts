import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { type AdwinState, freshAdwin, updateAdwin } from './adwin.ts';
import { estimateAuc, estimateMetrics } from './cbpe.ts';
import { estimateMae } from './dle.ts';
import { freshPageHinkley, updatePageHinkley } from './page-hinkley.ts';
import { calibrated, calibrateScores } from './score-calibration.ts';
import { summarise } from './summary.ts';

interface Stream {
  readonly name: string;
  readonly values: number[];
  readonly unit: number;
  readonly adwin: { readonly changes: number[]; readonly looks: [at: number, width: number, total: number, variance: number][] };
  readonly page_hinkley: { readonly changes: number[]; readonly looks: [at: number, mean: number, risen: number][] };
}
/** Made by test/reference/make_performance.py. */
const reference = JSON.parse(readFileSync(packageFile('test/reference/performance.json'), 'utf8')) as {
  classification: Record<'accuracy' | 'f1' | 'precision' | 'recall' | 'auc', number> &
    Record<'probability' | 'score' | 'positive', number[]>;
  calibration: Record<'score' | 'label' | 'asked' | 'calibrated', number[]>;
  errors: { label: number[]; prediction: number[]; rows: number; sampling_error: number };
  streams: Stream[];
};

/** Equal but for the order in which doubles were added. */
const near = (is: number, was: number) => expect(Math.abs(is - was)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(was)));

describe('performance without labels', () => {
  const { probability, score, positive, auc, ...metrics } = reference.classification;

  it('is what NannyML estimates, by CBPE', () => {
    const estimated = estimateMetrics(probability, positive);
    for (const metric of ['accuracy', 'f1', 'precision', 'recall'] as const) near(estimated[metric] ?? NaN, metrics[metric]);
  });

  it('orders pairs as NannyML does, which rounds its counts to five digits', () => {
    expect(estimateAuc(probability, score)).toBeCloseTo(auc, 6);
  });

  it('has the width that NannyML gives an MAE, and what the reference adds', () => {
    const { label, prediction, rows, sampling_error: samplingError } = reference.errors;
    const errors = summarise(label.map((value, i) => Math.abs(value - (prediction[i] ?? 0))));
    const deviation = Math.sqrt(errors.squares / errors.count);
    const { value, high } = estimateMae(new Float64Array(rows).fill(20), { rows: Infinity, deviation }, 1);
    near(high - value, samplingError);
    const learned = estimateMae(new Float64Array(rows).fill(20), { rows: label.length, deviation }, 1);
    near(learned.high - learned.value, samplingError * Math.sqrt(1 + rows / label.length));
  });
});

it('scores are calibrated as scikit-learn does, between and beyond what it has seen', () => {
  const { score, label, asked, calibrated: wanted } = reference.calibration;
  const fitted = calibrateScores(score, label);
  asked.forEach((at, i) => near(calibrated(fitted, at), wanted[i] ?? NaN));
});

describe.each(reference.streams)('changes in $name', ({ values, unit, adwin, page_hinkley: hinkley }) => {
  const scaled = values.map((value) => value / unit);

  it('are seen by ADWIN where River sees them, however the values are cut into batches', () => {
    for (const batch of [1, 37, 5000]) {
      let state: AdwinState = freshAdwin;
      const changes: number[] = [];
      for (let from = 0; from < scaled.length; from += batch) {
        const step = updateAdwin(state, scaled.slice(from, from + batch));
        state = JSON.parse(JSON.stringify(step.state)) as AdwinState;
        changes.push(...step.changes.map(({ at }) => from + at));
      }
      expect(changes).toEqual(adwin.changes);
    }
  });

  it('leave ADWIN the window that River has', () => {
    let state = freshAdwin;
    scaled.forEach((value, i) => {
      state = updateAdwin(state, [value]).state;
      const look = adwin.looks.find(([at]) => at === i);
      if (look === undefined) return;
      expect(state.width).toBe(look[1]);
      near(state.total, look[2]);
      near(state.variance, look[3]);
    });
  });

  it('are seen by the Page-Hinkley test where River sees them', () => {
    let state = freshPageHinkley;
    const changes: number[] = [];
    scaled.forEach((value, i) => {
      state = updatePageHinkley(state, value);
      if (state.detected) changes.push(i);
      const look = hinkley.looks.find(([at]) => at === i);
      if (look === undefined) return;
      near(state.mean, look[1]);
      near(state.sum - (state.least ?? NaN), look[2]);
    });
    expect(changes).toEqual(hinkley.changes);
  });
});
