import { fewerLosses, logEValueAbove } from '../../stats/betting.ts';
import { inWords, percent } from '../../stats/wording.ts';
import { enough, type Rule } from './finding.ts';

/**
 * Harm: on at least so many pairs, champion and challenger answer more of the same requests differently than is allowed, surely
 * (`src/stats/betting.ts`). Doubt: they do, but perhaps by chance. Needs no label.
 */
export const disagreement: Rule = ({ disagreement: rule }, { paired }, terms) => {
  if (rule === undefined || paired.pairs === 0 || paired.pairs < rule.at_least) return null;
  const share = paired.disagreements / paired.pairs;
  if (share <= rule.above) return null;
  const because = `challenger answers ${percent(share)} of ${inWords(paired.pairs)} pairs differently from the champion, above ${percent(rule.above)}`;
  const differences = { losses: [0, 1], counts: [paired.pairs - paired.disagreements, paired.disagreements] };
  const worth = fewerLosses(differences, paired.alike?.['disagreement'] ?? 1);
  const sure = paired.losses === undefined || logEValueAbove(worth, rule.above) >= enough(terms);
  return sure ? { verdict: 'harm', because } : { verdict: 'doubt', because: `${because}; it could be chance` };
};
