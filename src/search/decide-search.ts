import { counted, lasting } from '../stats/wording.ts';
import { ranked } from './ranking.ts';
import { drawParams, type DrawnParams } from './space.ts';
import { nextRung, type SearchPolicy, type SearchState } from './state.ts';

export type SearchDecision =
  /** A new trial, or one that goes on to a higher rung. */
  | {
      readonly action: 'train';
      readonly trial: number;
      readonly rung: number;
      readonly drawn: DrawnParams;
      readonly because: string;
    }
  /** Until a trial in training has come to something. */
  | { readonly action: 'wait'; readonly because: string }
  | { readonly action: 'end'; readonly because: string };

/** So many failures, and nothing else, are the fault of the rows or the trainer and of no parameter. */
const hopeless = 5;
/** Draws for one trial before a space is taken for used up. */
const draws = 50;

/**
 * What a search does next: asynchronous successive halving (L. Li et al., "A system for massively parallel hyperparameter tuning",
 * MLSys 2020, algorithm 2). A trial goes on where it is among the best 1/reduction of those that have reached its rung, the highest
 * rung first; otherwise a new one begins. Nobody waits for the others of a rung. Once no more trial may begin and none is in training,
 * the best of the highest rung goes on to the end, however few they are.
 * @param elapsedMs since the search began
 */
export function decideSearch(state: SearchState, policy: SearchPolicy, elapsedMs: number): SearchDecision {
  const running = state.filter((trial) => trial.running).length;
  const wait: SearchDecision = { action: 'wait', because: `${counted(running, 'trial')} in training` };
  if (running >= policy.parallel) return wait;
  const over = overBecause(state, policy, elapsedMs);
  if (over !== null) return running > 0 ? wait : { action: 'end', because: over };

  const next = promotion(state, policy) ?? newTrial(state, policy) ?? (running > 0 ? wait : lastPromotion(state, policy));
  if (next.action !== 'train' || affordable(state, policy, next.rung)) return next;
  return running > 0 ? wait : { action: 'end', because: 'one more would be beyond the budget' };
}

function overBecause(state: SearchState, { forMs, workMs }: SearchPolicy, elapsedMs: number): string | null {
  const tried = state.filter(({ looks }) => looks.length > 0);
  if (tried.length >= hopeless && tried.every(({ looks }) => looks[0]?.score === null))
    return `the first ${counted(tried.length, 'trial')} all failed`;
  if (forMs !== null && elapsedMs >= forMs) return `${lasting(forMs)} are over`;
  if (workMs !== null && spentMs(state) >= workMs) return `its budget, ${lasting(workMs)} of training, is used up`;
  return null;
}

/** The best trial that may go on; null where there is none. */
function promotion(state: SearchState, policy: SearchPolicy): SearchDecision | null {
  for (let rung = policy.rungs - 2; rung >= 0; rung--) {
    const places = ranked(state, rung, policy);
    const best = places.slice(0, Math.floor(places.length / policy.reduction));
    const next = best.find(({ trial, score }) => score !== null && waitsAt(state, trial, rung));
    if (next !== undefined)
      return goOn(state, next.trial, `trial ${next.trial} is among the best ${best.length} of ${places.length}`);
  }
  return null;
}

/** At the end of a search: the best of the highest rung that anything came to, where that is not the last. */
function lastPromotion(state: SearchState, policy: SearchPolicy): SearchDecision {
  for (let rung = policy.rungs - 1; rung >= 0; rung--) {
    const scored = ranked(state, rung, policy).filter(({ score }) => score !== null);
    if (scored.length === 0) continue;
    const next = rung === policy.rungs - 1 ? undefined : scored.find(({ trial }) => waitsAt(state, trial, rung));
    if (next === undefined) break;
    return goOn(state, next.trial, `trial ${next.trial} is the best that has come so far`);
  }
  return { action: 'end', because: `${counted(state.length, 'trial')} made` };
}

function newTrial(state: SearchState, { space, seed, trials }: SearchPolicy): SearchDecision | null {
  if (state.length >= trials) return null;
  const trial = state.length + 1;
  if (trial === 1) return { action: 'train', trial, rung: 0, drawn: {}, because: 'the parameters as they are written' };
  const before = new Set(state.map(({ drawn }) => JSON.stringify(drawn)));
  for (let again = 0; again < draws; again++) {
    const drawn = drawParams(space, seed, trial, again);
    if (!before.has(JSON.stringify(drawn))) return { action: 'train', trial, rung: 0, drawn, because: 'drawn at random' };
  }
  return null;
}

/** It has come to something at this rung, and was not taken further. */
function waitsAt(state: SearchState, trial: number, rung: number): boolean {
  const found = state[trial - 1];
  return found !== undefined && !found.running && found.looks.length === rung + 1;
}

function goOn(state: SearchState, trial: number, because: string): SearchDecision {
  return { action: 'train', trial, rung: state[trial - 1]?.looks.length ?? 0, drawn: state[trial - 1]?.drawn ?? {}, because };
}

/** ms of training so far. */
export function spentMs(state: SearchState): number {
  return state.reduce((sum, { looks }) => looks.reduce((whole, { ms }) => whole + ms, sum), 0);
}

/** Whether one more at this rung keeps within the budget, if it and those in training take as long as others of their rung did. */
function affordable(state: SearchState, { workMs, reduction }: SearchPolicy, rung: number): boolean {
  if (workMs === null) return true;
  const begun = state.filter((trial) => trial.running).map((trial) => expectedMs(state, nextRung(trial), reduction));
  return spentMs(state) + begun.reduce((sum, ms) => sum + ms, 0) + expectedMs(state, rung, reduction) <= workMs;
}

/** The mean of a rung; of the rung below, times the reduction, where nothing has been there; 0 where nothing is known. */
function expectedMs(state: SearchState, rung: number, reduction: number): number {
  const seen = state.flatMap(({ looks }) => looks[rung]?.ms ?? []);
  if (seen.length > 0) return seen.reduce((sum, ms) => sum + ms, 0) / seen.length;
  return rung === 0 ? 0 : reduction * expectedMs(state, rung - 1, reduction);
}
