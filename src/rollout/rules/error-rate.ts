import type { RollbackRule } from '../../spec/release-schema.ts';
import { wilsonInterval } from '../../stats/wilson.ts';
import { counted, inWords, lasting, percent } from '../../stats/wording.ts';
import type { ArmCounts } from '../state.ts';
import { clearly, type Finding, type Rule } from './finding.ts';

type Limit = NonNullable<RollbackRule['error_rate']>;

/**
 * Harm: within the rule's `for`, the challenger's error rate is above the bound with at least so many errors; with `by: bounds` surely,
 * which is Wilson's lower bound at two standard errors. Without that, a version that fails half as often as is allowed is above a limit
 * of 2 % for a moment in 72 of 150 rollouts, with it in 2 (`pawl simulate`, 10 requests/s).
 *
 * Not harm but doubt, while that could be chance; while there are fewer errors than the rule asks for; and while the champion breaks
 * the same rule in the same time and the challenger is not clearly worse: then it is the world that fails, and a rollback would help
 * nobody.
 */
export const errorRate: Rule = ({ error_rate: limit }, { recent, recentChampion }) =>
  limit === undefined ? null : againstLimit(limit, recent, recentChampion);

/** @param recent the challenger's counts within the limit's `for`; the champion's in the same time beside them */
export function againstLimit(limit: Limit, recent: ArmCounts, recentChampion: ArmCounts): Finding | null {
  if (rateOf(recent) <= limit.above) return null;
  const seen = `challenger ${percent(rateOf(recent))} errors (${inWords(recent.errors)} of ${counted(recent.requests, 'request')}) within ${lasting(limit.for)}, above ${percent(limit.above)}`;
  if (recent.errors < limit.at_least)
    return { verdict: 'doubt', because: `${seen}, but fewer than ${counted(limit.at_least, 'error')}` };
  const championBreaksIt = rateOf(recentChampion) > limit.above && recentChampion.errors >= limit.at_least;
  if (championBreaksIt && surely(recent, clearly) <= rateOf(recentChampion)) {
    return {
      verdict: 'doubt',
      because: `${seen}, but the champion fails as well (${percent(rateOf(recentChampion))}): the world fails, not the version`,
    };
  }
  if (limit.by === 'bounds' && surely(recent, beyondChance) <= limit.above)
    return { verdict: 'doubt', because: `${seen}, which could be chance` };
  return {
    verdict: 'harm',
    because: recentChampion.requests === 0 ? seen : `${seen} (champion ${percent(rateOf(recentChampion))})`,
  };
}

/** Standard errors: of a version at half of a limit of 2 %, one look in some 30,000 at 300 requests is above it by so much. */
const beyondChance = 2;

function surely({ errors, requests }: ArmCounts, standardErrors: number): number {
  return wilsonInterval(errors, requests, standardErrors).low;
}

function rateOf({ errors, requests }: ArmCounts): number {
  return requests === 0 ? 0 : errors / requests;
}
