import { wilsonInterval } from '../../stats/wilson.ts';
import { counted, inWords, lasting, percent } from '../../stats/wording.ts';
import type { ArmCounts } from '../state.ts';
import { clearly, type Rule } from './finding.ts';

/**
 * Harm: within the rule's `for`, the challenger's error rate is above the bound with at least so many errors.
 *
 * Not harm but doubt, while the champion breaks the same rule in the same time and the challenger is not clearly worse
 * (Wilson's lower bound of its rate is not above the champion's rate): then it is the world that fails, and a rollback would
 * help nobody. Doubt also while there are fewer errors than the rule asks for.
 */
export const errorRate: Rule = ({ error_rate: rule }, { recent, recentChampion }) => {
  if (rule === undefined || rateOf(recent) <= rule.above) return null;
  const seen = `challenger ${percent(rateOf(recent))} errors (${inWords(recent.errors)} of ${counted(recent.requests, 'request')}) within ${lasting(rule.for)}, above ${percent(rule.above)}`;
  if (recent.errors < rule.at_least)
    return { verdict: 'doubt', because: `${seen}, but fewer than ${counted(rule.at_least, 'error')}` };
  const championBreaksIt = rateOf(recentChampion) > rule.above && recentChampion.errors >= rule.at_least;
  const clearlyWorse = wilsonInterval(recent.errors, recent.requests, clearly).low > rateOf(recentChampion);
  if (championBreaksIt && !clearlyWorse) {
    return {
      verdict: 'doubt',
      because: `${seen}, but the champion fails as well (${percent(rateOf(recentChampion))}): the world fails, not the version`,
    };
  }
  return {
    verdict: 'harm',
    because: recentChampion.requests === 0 ? seen : `${seen} (champion ${percent(rateOf(recentChampion))})`,
  };
};

function rateOf({ errors, requests }: ArmCounts): number {
  return requests === 0 ? 0 : errors / requests;
}
