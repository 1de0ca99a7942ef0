import { inWords, percent } from '../stats/wording.ts';
import { probabilityBetter, type Rewards } from '../stats/thompson.ts';
import { capOf, shareOf } from './course.ts';
import type { Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';

/** A share that moves by less stays where it is: each move is a revision that every gateway has to take up. */
const smallestMove = 0.05;

/**
 * A bandit's next share within its step: as much as the challenger is likely to be the better one (Thompson sampling), up to the
 * step's cap. Null where it stays: in other stages and strategies, without labels, or where it would hardly move. Callers keep their
 * side but for those whose bucket the share moves over.
 */
export function reallocation(state: RolloutState, { rewards }: Evidence, policy: RolloutPolicy): Decision | null {
  if (policy.strategy !== 'bandit' || state.stage !== 'ramp' || capOf(state, policy) === 1 || rewards === undefined) return null;
  const { champion, challenger } = rewards;
  if (seen(champion) + seen(challenger) === 0) return null;
  const allocation = probabilityBetter(challenger, champion);
  const before = shareOf(state, policy).share;
  const after = shareOf({ ...state, allocation }, policy).share;
  // Relative to a small cap a small move is a large one.
  if (Math.abs(after - before) < smallestMove * Math.min(1, 2 * capOf(state, policy))) return null;
  const because =
    `the challenger is the better one with ${percent(allocation)}: ${told(challenger)} against ${told(champion)}; ` +
    `it answers ${percent(after)} of the callers, of at most ${percent(capOf(state, policy))}`;
  return { action: 'reallocate', allocation, because };
}

const seen = ({ right, wrong }: Rewards) => right + wrong;
const told = (rewards: Rewards) => `${inWords(rewards.right)} right of ${inWords(seen(rewards))}`;
