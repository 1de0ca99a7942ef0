import { inWords, percent } from '../../stats/wording.ts';
import type { Rule } from './finding.ts';

/** Harm: on at least so many pairs, champion and challenger answer more of the same requests differently than is allowed. */
export const disagreement: Rule = ({ disagreement: rule }, { paired }) => {
  if (rule === undefined || paired.pairs === 0 || paired.pairs < rule.at_least) return null;
  const share = paired.disagreements / paired.pairs;
  if (share <= rule.above) return null;
  const because = `challenger answers ${percent(share)} of ${inWords(paired.pairs)} pairs differently from the champion, above ${percent(rule.above)}`;
  return { verdict: 'harm', because };
};
