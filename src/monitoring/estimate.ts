import type { Estimate } from '../stats/cbpe.ts';
import { errorNames } from '../stats/number-losses.ts';
import { figure, inWords, percent, points } from '../stats/wording.ts';
import { errorIn, type LossBaseline } from './loss.ts';
import type { Finding } from './state.ts';

/**
 * Performance without labels that is worse than the policy allows: not the estimate alone, its whole interval is. Null otherwise.
 * @param estimate of accuracy, or of the mean error
 * @param rows the predictions that it is of
 */
export function estimateFinding(estimate: Estimate, baseline: LossBaseline, rows: number): Finding | null {
  const { loss, error, allowed, task, metric = 'mae' } = baseline;
  if (task !== 'regression') {
    if (estimate.high >= 1 - allowed) return null;
    return {
      because: `accuracy is estimated at ${percent(estimate.value)} (${percent(estimate.low)} to ${percent(estimate.high)}) over the last ${inWords(rows)} predictions, without labels, where it was ${percent(1 - loss)} at release${errorIn(points(error))} and may fall by ${points(allowed - loss - error)}`,
      features: [],
    };
  }
  if (estimate.low <= allowed) return null;
  return {
    because: `${errorNames[metric]} is estimated at ${figure(estimate.value)} (${figure(estimate.low)} to ${figure(estimate.high)}) over the last ${inWords(rows)} predictions, without labels, where it was ${figure(loss)} at release${errorIn(figure(error))} and may rise by ${percent(allowed / (loss + error) - 1)}`,
    features: [],
  };
}
