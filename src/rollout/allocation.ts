import { inWords, percent } from '../stats/wording.ts';
import { probabilityBetter, type Rewards } from '../stats/thompson.ts';
import { capOf, shareOf } from './course.ts';
import type { Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';

/**
 * A share that moves by less than this part of its step's stays where it is: each move is a revision that every gateway has to
 * take up, and labels under way would move it at each look.
 */
const smallestMove = 0.2;
/** Everybody comes next only where the labels speak for the challenger rather than against it. */
const enoughForEverybody = 0.5;

/**
 * A bandit's next share within its step: as much as the challenger is likely to be the better one (Thompson sampling), up to the
 * step's own. Null where it stays: in other stages and strategies, without labels, while gateways still take up the last move, or
 * where it would hardly move. Halves count as moves, however small, so that a version that is worse gets down to the least share.
 * Callers keep their side but for those whose bucket the share moves over.
 */
export function reallocation(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): Decision | null {
  const seen = isAllocated(state, policy) && evidence.inForce ? whoIsBetter(evidence) : null;
  if (seen === null) return null;
  const cap = capOf(state, policy);
  const before = shareOf(state, policy).share;
  const after = shareOf({ ...state, allocation: seen.probability }, policy).share;
  if (Math.abs(after - before) < smallestMove * cap && after > before / 2) return null;
  const because = `${seen.because}; it answers ${percent(after)} of the callers, of at most ${percent(cap)}`;
  return { action: 'reallocate', allocation: seen.probability, because };
}

/** Why a bandit does not go on from here to everybody; null where it may. */
export function againstEverybody(state: RolloutState, evidence: Evidence, policy: RolloutPolicy): string | null {
  if (!isAllocated(state, policy) || policy.ramp[state.step + 1] !== 1) return null;
  const seen = whoIsBetter(evidence);
  if (seen === null) return 'no label has arrived, and a bandit goes by labels';
  return seen.probability >= enoughForEverybody
    ? null
    : `${seen.because}; everybody comes next, where it is at least ${percent(enoughForEverybody)}`;
}

/** The labels say how much, up to the step's share. The last step and the bake are there to see the challenger answer everybody. */
function isAllocated(state: RolloutState, policy: RolloutPolicy): boolean {
  return policy.strategy === 'bandit' && state.stage === 'ramp' && capOf(state, policy) < 1;
}

/** The probability that it is the challenger; null without a label. */
function whoIsBetter({ rewards }: Evidence): { probability: number; because: string } | null {
  if (rewards === undefined || seen(rewards.champion) + seen(rewards.challenger) === 0) return null;
  const { champion, challenger } = rewards;
  const probability = probabilityBetter(challenger, champion);
  const because = `the challenger is the better one with a probability of ${likely(probability)}: ${told(challenger)} against ${told(champion)}`;
  return { probability, because };
}

/** No probability is told as certain. */
const likely = (probability: number) =>
  probability > 0.999 ? 'more than 99.9 %' : probability < 0.001 ? 'less than 0.1 %' : percent(probability);
const seen = ({ right, wrong }: Rewards) => right + wrong;
const told = (rewards: Rewards) => `${inWords(rewards.right)} right of ${inWords(seen(rewards))}`;
