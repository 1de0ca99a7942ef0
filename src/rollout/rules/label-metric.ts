import { figure, inWords, percent, points } from '../../stats/wording.ts';
import type { PairedCounts } from '../state.ts';
import { clearly, type Finding, type Rule } from './finding.ts';

/**
 * Harm: on at least so many labelled pairs the challenger is worse than the champion by more than is allowed, and by three
 * standard errors of the paired difference more. Doubt: worse by more than is allowed, which could still be chance.
 * Accuracy and F1 are compared in points, MAE and RMSE as a share of the champion's own value.
 */
export const labelMetric: Rule = (rule, { paired }) => {
  const { accuracy, f1, mae, rmse } = rule;
  if (accuracy !== undefined)
    return compare(paired, { ...higher('accuracy'), allowed: accuracy.below_champion_by, atLeast: accuracy.at_least });
  if (f1 !== undefined) return compare(paired, { ...higher('f1'), allowed: f1.below_champion_by, atLeast: f1.at_least });
  if (mae !== undefined) return compare(paired, { ...lower('mae'), allowed: mae.above_champion_by, atLeast: mae.at_least });
  if (rmse !== undefined) return compare(paired, { ...lower('rmse'), allowed: rmse.above_champion_by, atLeast: rmse.at_least });
  return null;
};

interface Comparison {
  readonly metric: string;
  readonly allowed: number;
  readonly atLeast: number;
  /** How much worse the challenger is; below 0 where it is better. In the unit of `allowed`. */
  readonly loss: (champion: number, challenger: number) => number;
  /** A standard error of the metric in the unit of `allowed`. */
  readonly inUnit: (error: number, champion: number) => number;
  readonly say: (value: number) => string;
  readonly sayLoss: (loss: number) => string;
}

const higher = (metric: string) => ({
  metric,
  loss: (champion: number, challenger: number) => champion - challenger,
  inUnit: (error: number) => error,
  say: (value: number) => percent(value),
  sayLoss: points,
});

const lower = (metric: string) => ({
  metric,
  // Against a champion without any error every error is a whole loss.
  loss: (champion: number, challenger: number) => (challenger === champion ? 0 : champion > 0 ? challenger / champion - 1 : 1),
  inUnit: (error: number, champion: number) => (champion > 0 ? error / champion : 0),
  say: figure,
  sayLoss: (loss: number) => percent(loss),
});

function compare(paired: PairedCounts, { metric, allowed, atLeast, ...how }: Comparison): Finding | null {
  const [champion, challenger] = [paired.champion[metric], paired.challenger[metric]];
  if (champion === undefined || challenger === undefined || paired.labelled < atLeast) return null;
  const loss = how.loss(champion, challenger);
  if (loss <= allowed) return null;
  const chance = clearly * how.inUnit(paired.standardError[metric] ?? 0, champion);
  const seen = `${metric} ${how.say(challenger)} against ${how.say(champion)} on ${inWords(paired.labelled)} labelled pairs, ${how.sayLoss(loss)} worse where ${how.sayLoss(allowed)} are allowed`;
  return loss > allowed + chance
    ? { verdict: 'harm', because: seen }
    : { verdict: 'doubt', because: `${seen}; it could be chance (± ${how.sayLoss(chance)})` };
}
