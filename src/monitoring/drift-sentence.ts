import type { FeatureBins } from '../stats/reference-bins.ts';
import { counted, figure, inWords, percent } from '../stats/wording.ts';
import type { DriftAlarm } from './drift-detector.ts';

/** `vicprice rose from 0.003467 to 0.003856 over the last 53 rows; chance does so once in 4,700 rows at most`. */
export function driftBecause(alarm: Omit<DriftAlarm, 'because'>, bins: FeatureBins): string {
  return `${changed(alarm, bins)} over the last ${counted(alarm.rows, 'row')}; chance does so once in ${often(alarm.evidence)} rows at most`;
}

function changed({ feature, what, from, to, value, direction }: Omit<DriftAlarm, 'because'>, bins: FeatureBins): string {
  if (what === 'missing') return `${feature} is missing in ${percent(to)} of rows after ${percent(from)}`;
  if (what === 'new category') return `${feature} has values it did not have in ${percent(to)} of rows after ${percent(from)}`;
  if (bins.type !== 'number') return `${feature} is ${value ?? ''} in ${percent(to)} of rows after ${percent(from)}`;
  if (stoodStill(bins)) return `${feature} stood still at ${figure(from)}, and is ${figure(to)} on average`;
  const means = `its mean went from ${figure(from)} to ${figure(to)}`;
  if (direction === 'wider') return `${feature} spreads wider (${means})`;
  if (direction === 'narrower') return `${feature} spreads less (${means})`;
  // Ranks decide: a mean may stay where it is, or be pulled the other way by a few far values.
  const asTheMean = direction === 'up' ? to > from : to < from;
  return asTheMean
    ? `${feature} ${direction === 'up' ? 'rose' : 'fell'} from ${figure(from)} to ${figure(to)}`
    : `${feature} ranks ${direction === 'up' ? 'higher' : 'lower'} (${means})`;
}

/** All values that were there in one bin: values that are frequent have a bin for themselves. */
function stoodStill({ counts }: FeatureBins): boolean {
  return counts.slice(0, -1).filter((count) => count > 0).length === 1;
}

/** Four figures are more than evidence is good for. */
function often(rows: number): string {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1);
  return inWords(Math.floor(rows / size) * size);
}
