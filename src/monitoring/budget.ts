import type { MonitorSpec } from '../spec/schema.ts';
import { counted, inWords, lasting, percent } from '../stats/wording.ts';

type Budget = MonitorSpec['budgets'][number];

/** What was served over the budget's period. `slower` counts the requests that took longer than the objective's bound. */
export interface ServedCounts {
  readonly requests: number;
  readonly errors: number;
  readonly slower: number;
}

/** A budget is never smaller than this: with few requests so far, one unlucky one would be all of it. */
const smallestBudget = 5;

/**
 * The share of an error budget that is spent: bad requests / allowed bad requests (B. Beyer et al., "Site Reliability
 * Engineering", O'Reilly 2016, chapter 3). 1 and more is all of it. A budget of 0 is spent by the first bad request.
 */
export function budgetSpent(budget: Budget, served: ServedCounts): { spent: number; because: string } {
  const { error_rate: errorRate, latency } = budget;
  if (errorRate !== undefined) {
    const { errors, requests } = served;
    return spent(errors, requests, errorRate.at_most, `failed within ${lasting(errorRate.over)}`);
  }
  if (latency !== undefined) {
    const { slower, requests } = served;
    return spent(
      slower,
      requests,
      1 - latency.objective,
      `took longer than ${lasting(latency.p99)} within ${lasting(latency.over)}`,
    );
  }
  return { spent: 0, because: 'no budget is stated' };
}

function spent(bad: number, requests: number, allowedShare: number, what: string): { spent: number; because: string } {
  const allowed = allowedShare > 0 ? Math.max(smallestBudget, allowedShare * requests) : 0;
  return {
    spent: bad === 0 ? 0 : allowed === 0 ? bad : bad / allowed,
    because: `${inWords(bad)} of ${counted(requests, 'request')} ${what}, and ${percent(allowedShare, 2)} may`,
  };
}
