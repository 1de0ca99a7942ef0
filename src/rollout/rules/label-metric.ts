import { percent, type Rule } from './finding.ts';

/** Higher is better, compared in points. */
const points = ['accuracy', 'f1'] as const;
/** Lower is better, compared as a share of the champion's own value. */
const shares = ['mae', 'rmse'] as const;

/** The challenger is worse than the champion on the same, labelled requests by more than the bound, on enough labels. */
export const labelMetric: Rule = (rule, { paired }) => {
  for (const name of points) {
    const bound = rule[name];
    const [champion, challenger] = [paired.champion[name], paired.challenger[name]];
    if (bound === undefined || champion === undefined || challenger === undefined || paired.labelled < bound.at_least) continue;
    if (champion - challenger > bound.below_champion_by) {
      return `${name} ${percent(challenger)} against the champion's ${percent(champion)} on the same ${paired.labelled} labelled requests, ${percent(champion - challenger)} lower and ${percent(bound.below_champion_by)} is allowed`;
    }
  }
  for (const name of shares) {
    const bound = rule[name];
    const [champion, challenger] = [paired.champion[name], paired.challenger[name]];
    if (bound === undefined || champion === undefined || challenger === undefined || paired.labelled < bound.at_least) continue;
    if (challenger > champion * (1 + bound.above_champion_by)) {
      return `${name} ${challenger.toFixed(2)} against the champion's ${champion.toFixed(2)} on the same ${paired.labelled} labelled requests, more than ${percent(bound.above_champion_by)} higher`;
    }
  }
  return null;
};
