import { evidenceOf, logEValue } from '../../stats/error-process.ts';
import { counted, figure, percent } from '../../stats/wording.ts';
import { enough, type Rule } from './finding.ts';

/**
 * Harm: more of the errors belong to the challenger than its share of the callers explains, by evidence that may be looked at at
 * any time (`src/stats/error-process.ts`). Counted over the whole ramp, by caller. Never a doubt: half of all healthy versions have
 * a few errors more than their champion.
 */
export const errorRatio: Rule = ({ error_ratio: rule }, { errorSegments }, terms) => {
  if (rule === undefined || errorSegments === undefined) return null;
  if (logEValue(evidenceOf(errorSegments, rule.above)) < enough(terms)) return null;
  let [challenger, all, expected] = [0, 0, 0];
  for (const { share, challengerErrors, championErrors } of errorSegments) {
    challenger += challengerErrors;
    all += challengerErrors + championErrors;
    expected += ((challengerErrors + championErrors) * share * rule.above) / (share * rule.above + 1 - share);
  }
  const allowed = rule.above === 1 ? "the champion's error rate" : `${figure(rule.above)} times the champion's error rate`;
  const due = figure(Number(expected.toPrecision(2)));
  return {
    verdict: 'harm',
    because: `${challenger} of ${counted(all, 'error')} are the challenger's, each caller's first counted, and at ${allowed} it would have about ${due}; that happens by chance in less than ${percent(terms.alpha, 2)} of rollouts`,
  };
};
