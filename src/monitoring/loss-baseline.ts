import type { UsualError } from '../stats/number-losses.ts';
import type { LossBaseline } from './loss.ts';
import type { MonitorPolicy } from './state.ts';

/** The losses of a version on the rows held out at its release, in their order. */
export interface HeldOutLosses {
  readonly rows: number;
  /** Standard deviation of one loss. */
  readonly deviation: number;
  /** Losses that follow each other are alike: so many are worth one (`correlationTime`). */
  readonly correlation: number;
}

/** Standard errors of the loss at release that it may have been measured too low by. A gate lets through what was lucky. */
const errors = 2;

/**
 * What a version may lose, from the metrics of its evaluation; null where they lack what it takes.
 * @param metric of a regression: the error that losses are
 */
export function lossBaseline(
  task: LossBaseline['task'],
  metrics: Readonly<Record<string, number>>,
  { performance }: Pick<MonitorPolicy, 'performance'>,
  heldOut: HeldOutLosses | null,
  metric: UsualError = 'mae',
): LossBaseline | null {
  const { accuracy, [metric]: mean } = metrics;
  const error = heldOut === null ? 0 : errors * heldOut.deviation * Math.sqrt(heldOut.correlation / heldOut.rows);
  const block = heldOut === null ? usualBlock : Math.ceil(heldOut.correlation);
  if (task === 'regression') {
    if (mean === undefined || mean <= 0) return null;
    const allowed = (mean + error) * (1 + performance.mae_rise);
    return { task, ...(metric === 'mae' ? {} : { metric }), loss: mean, error, allowed, block };
  }
  if (accuracy === undefined) return null;
  const loss = 1 - accuracy;
  return { task, loss, error, allowed: loss + error + performance.accuracy_drop, block };
}

/** Where nothing is known of how alike neighbouring losses are. */
const usualBlock = 10;
