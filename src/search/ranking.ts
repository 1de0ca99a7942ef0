import type { Look, SearchPolicy, SearchState } from './state.ts';

/** A trial at one rung. */
export interface Place extends Look {
  readonly trial: number;
  readonly rung: number;
}

/** What trials came to at one rung, the best first, failures last; of equal ones the trial that began first. */
export function ranked(state: SearchState, rung: number, policy: Pick<SearchPolicy, 'higherIsBetter'>): Place[] {
  return state
    .flatMap(({ looks }, i): Place[] => {
      const look = looks[rung];
      return look === undefined ? [] : [{ ...look, trial: i + 1, rung }];
    })
    .sort((a, b) => inOrder(a, b, policy));
}

/**
 * The best that any trial came to at any rung: with less of a resource a score can be better, such as with fewer trees. Of equal ones
 * the one with more of the resource. A trial that failed on its way is none of them. Null while none has a score.
 */
export function bestOf(
  state: SearchState,
  policy: Pick<SearchPolicy, 'rungs' | 'higherIsBetter'>,
): (Place & { readonly score: number }) | null {
  let best: (Place & { readonly score: number }) | null = null;
  for (let rung = policy.rungs - 1; rung >= 0; rung--) {
    const first = ranked(state, rung, policy).find(({ trial }) => !hasFailed(state, trial));
    if (first === undefined || first.score === null) continue;
    if (best === null || inOrder(first, best, policy) < 0) best = { ...first, score: first.score };
  }
  return best;
}

function hasFailed(state: SearchState, trial: number): boolean {
  return state[trial - 1]?.looks.some(({ score }) => score === null) === true;
}

/** Below 0 where a is the better one. */
function inOrder(a: Look, b: Look, { higherIsBetter }: Pick<SearchPolicy, 'higherIsBetter'>): number {
  if (a.score === null || b.score === null) return Number(a.score === null) - Number(b.score === null);
  return higherIsBetter ? b.score - a.score : a.score - b.score;
}
