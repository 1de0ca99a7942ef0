import { decideSearch } from '../../src/search/decide-search.ts';
import { bestOf } from '../../src/search/ranking.ts';
import { begun, ended, nextRung, type SearchPolicy, type SearchState, shareAt } from '../../src/search/state.ts';
import type { TrialScore } from './trial-scores.ts';

/** What a search came to. */
export interface Found extends TrialScore {
  readonly trials: number;
  /** That reached their last tree. */
  readonly whole: number;
}

/**
 * A search as the workflow runs it, on trials whose scores are known: a trial takes its share of a unit of time, and as many workers train
 * at a time as the policy allows.
 * @param trials in the order in which they are tried, with their scores by share
 * @param policy its `workMs` are trainings in full
 */
export function replayedSearch(trials: readonly (readonly TrialScore[])[], policy: SearchPolicy): Found {
  const running: { readonly trial: number; readonly endsAt: number }[] = [];
  let state: SearchState = [];
  let now = 0;
  for (;;) {
    const decision = decideSearch(state, policy, now);
    if (decision.action === 'end') break;
    if (decision.action === 'train') {
      state = begun(state, decision.trial, decision.drawn);
      running.push({ trial: decision.trial, endsAt: now + shareAt(decision.rung, policy) });
      continue;
    }
    const [next] = running.toSorted((a, b) => a.endsAt - b.endsAt || a.trial - b.trial);
    const trial = state[(next?.trial ?? 0) - 1];
    if (next === undefined || trial === undefined) throw new RangeError('It waits, and nothing is in training.');
    running.splice(running.indexOf(next), 1);
    const share = shareAt(nextRung(trial), policy);
    now = next.endsAt;
    const look = { score: scoreAt(trials, next.trial, share).searched, ms: share, params: {}, resource: null };
    state = ended(state, next.trial, look);
  }
  const best = bestOf(state, policy);
  if (best === null) throw new RangeError('A search without a score.');
  const whole = state.filter(({ looks }) => looks.length === policy.rungs).length;
  return { ...scoreAt(trials, best.trial, shareAt(best.rung, policy)), trials: state.length, whole };
}

function scoreAt(trials: readonly (readonly TrialScore[])[], trial: number, share: number): TrialScore {
  const found = trials[trial - 1]?.find((score) => Math.abs(score.share - share) < 1e-9);
  if (found === undefined) throw new RangeError(`The score of trial ${trial} with ${share} of its trees is not known.`);
  return found;
}
