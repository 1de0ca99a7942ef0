import { percent, type Rule } from './finding.ts';

/** Champion and challenger answer the same requests differently more often than the bound, on enough pairs. */
export const disagreement: Rule = ({ disagreement: rule }, { paired }) => {
  if (rule === undefined || paired.pairs === 0 || paired.pairs < rule.at_least) return null;
  const share = paired.disagreements / paired.pairs;
  return share <= rule.above
    ? null
    : `challenger answers ${percent(share)} of ${paired.pairs} requests differently from the champion, above ${percent(rule.above)}`;
};
