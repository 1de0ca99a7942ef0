import { fewerLosses, lossBounds } from '../../stats/betting.ts';
import { asymptoticSequence, type Bounds } from '../../stats/confidence-sequence.ts';
import { counted, figure, inWords, percent, points } from '../../stats/wording.ts';
import type { PairedCounts } from '../state.ts';
import { rangeOf } from '../worth.ts';
import type { Terms } from './finding.ts';

/** Errors: lower is better, and a loss is a share of the champion's own. */
const errorMetrics = ['mae', 'rmse', 'pinball', 'poisson_deviance'] as const;
const isErrorMetric = (metric: LabelMetric): metric is ErrorMetric => errorMetrics.some((known) => known === metric);

/** Metrics over labelled pairs that a rule may be about. */
export const labelMetrics = [...(['accuracy', 'f1', 'precision', 'recall', 'value'] as const), ...errorMetrics] as const;
type LabelMetric = (typeof labelMetrics)[number];
type ErrorMetric = (typeof errorMetrics)[number];

export interface MetricRule {
  readonly below_champion_by?: number;
  readonly above_champion_by?: number;
  readonly at_least: number;
  readonly by?: 'bounds' | 'estimate' | undefined;
  /** ms since the challenger began to answer callers. */
  readonly within?: number | undefined;
}

/** How much worse the challenger is; below 0 where it is better. All in one unit: points, shares of the champion's, or values. */
interface MetricLoss {
  readonly seen: number;
  readonly allowed: number;
  /** At all looks at once, each side with the rule's alpha; null in what was seen before there were such bounds. */
  readonly bounds: Bounds | null;
  readonly standardError: number;
  /** `accuracy 79.1 % against 76.8 %` */
  readonly told: string;
  readonly say: (loss: number) => string;
}

/** Null where a side's metric is not there. */
export function lossOf(metric: LabelMetric, rule: MetricRule, paired: PairedCounts, terms: Terms): MetricLoss | null {
  const [champion, challenger] = [paired.champion[metric], paired.challenger[metric]];
  if (champion === undefined || challenger === undefined) return null;
  const isError = isErrorMetric(metric);
  const sayValue = isError || metric === 'value' ? figure : (value: number) => percent(value);
  const told = `${metric} ${sayValue(challenger)} against ${sayValue(champion)}`;
  const error = paired.standardError[metric] ?? 0;
  const bounds = paired.losses === undefined ? null : boundsOf(metric, paired, terms);
  if (!isError) {
    const say = metric === 'value' ? figure : points;
    return { seen: champion - challenger, allowed: rule.below_champion_by ?? 0, bounds, standardError: error, told, say };
  }
  // Against a champion without any error every error is a whole loss.
  const seen = challenger === champion ? 0 : champion > 0 ? challenger / champion - 1 : 1;
  const standardError = champion > 0 ? error / champion : 0;
  return { seen, allowed: rule.above_champion_by ?? 0, bounds, standardError, told, say: (loss) => percent(loss) };
}

/**
 * By betting where a loss is bounded on each pair, which holds for any number of pairs; else by the asymptotic sequence.
 * Two-sided, so with twice the alpha of either side.
 */
function boundsOf(metric: LabelMetric, paired: PairedCounts, terms: Terms): Bounds {
  const alpha = 2 * terms.alpha;
  if (metric === 'accuracy' || metric === 'recall' || metric === 'value') {
    const losses = paired.losses?.[metric];
    if (losses === undefined) return { low: -Infinity, high: Infinity };
    const scale = metric === 'value' ? rangeOf(terms.value ?? {}) : 1;
    const { low, high } = lossBounds(fewerLosses(losses, alikeIn(paired, metric)), alpha);
    return { low: low * scale, high: high * scale };
  }
  const [champion, challenger] = [paired.champion[metric] ?? 0, paired.challenger[metric] ?? 0];
  const error = paired.standardError[metric] ?? 0;
  if (isErrorMetric(metric)) return ratioBounds(metric, paired, alpha);
  return sequence(champion - challenger, error, paired, metric, alpha);
}

/**
 * Of challenger / champion - 1, by those ratios r at which 0 is within the bounds of challenger - r champion (E. C. Fieller, JRSS B
 * 16, 1954): no standard error of a ratio is needed.
 */
function ratioBounds(metric: ErrorMetric, paired: PairedCounts, alpha: number): Bounds {
  const [champion, challenger] = [paired.champion[metric] ?? 0, paired.challenger[metric] ?? 0];
  const [own, other] = [paired.ownErrors?.challenger[metric] ?? 0, paired.ownErrors?.champion[metric] ?? 0];
  const covariance = (own ** 2 + other ** 2 - (paired.standardError[metric] ?? 0) ** 2) / 2;
  const at = (ratio: number) => {
    const variance = own ** 2 - 2 * ratio * covariance + ratio ** 2 * other ** 2;
    return sequence(challenger - ratio * champion, Math.sqrt(Math.max(0, variance)), paired, metric, alpha);
  };
  return { low: lastWith((ratio) => at(ratio).low > 0) - 1, high: firstWith((ratio) => at(ratio).high <= 0) - 1 };
}

/** Ratios beyond it are not told apart: an error a thousand times the champion's. */
const largest = 1000;

/** The largest ratio, from 0, up to which it holds. */
function lastWith(holds: (ratio: number) => boolean): number {
  let [yes, no] = [0, largest];
  for (let step = 0; step < 60; step++) {
    const middle = (yes + no) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** The smallest ratio from which on it holds; infinite where it does at none. */
function firstWith(holds: (ratio: number) => boolean): number {
  return holds(largest) ? lastWith((ratio) => !holds(ratio)) : Infinity;
}

/** Of an estimate with its standard error over the labelled pairs, as if each were by itself. */
function sequence(mean: number, error: number, paired: PairedCounts, metric: LabelMetric, alpha: number): Bounds {
  const standardDeviation = error * Math.sqrt(paired.labelled);
  return asymptoticSequence({ count: paired.labelled / alikeIn(paired, metric), mean, standardDeviation }, alpha);
}

/** Pairs that say what one by itself would; 1 in what was seen by earlier releases. */
function alikeIn({ alike }: PairedCounts, metric: LabelMetric): number {
  return alike?.[metric] ?? 1;
}

/** `840 labelled pairs`; with what they are worth where they are much alike. */
export function labelledPairs(paired: PairedCounts, metric: LabelMetric): string {
  const alike = alikeIn(paired, metric);
  const worth = alike < worthTelling ? '' : ` (neighbours are alike: worth ${inWords(paired.labelled / alike)})`;
  return `${counted(paired.labelled, 'labelled pair')}${worth}`;
}
const worthTelling = 1.2;
