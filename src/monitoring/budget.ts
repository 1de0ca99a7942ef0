import type { MonitorSpec } from '../spec/schema.ts';

type Budget = MonitorSpec['budgets'][number];

/** What was served over the budget's period. `slower` counts the requests that took longer than the objective's bound. */
export interface ServedCounts {
  readonly requests: number;
  readonly errors: number;
  readonly slower: number;
}

/**
 * The share of an error budget that is spent: bad requests / allowed bad requests (B. Beyer et al., "Site Reliability
 * Engineering", O'Reilly 2016, chapter 3). 1 and more is all of it; 0 without requests.
 */
export function budgetSpent(budget: Budget, served: ServedCounts): { spent: number; because: string } {
  const { error_rate: errorRate, latency } = budget;
  if (served.requests === 0) return { spent: 0, because: 'nothing was served' };
  if (errorRate !== undefined) {
    const rate = served.errors / served.requests;
    return {
      spent: rate === 0 ? 0 : errorRate.at_most === 0 ? Number.MAX_VALUE : rate / errorRate.at_most,
      because: `${served.errors} of ${served.requests} requests failed, ${percent(rate)}, and ${percent(errorRate.at_most)} is the budget`,
    };
  }
  if (latency !== undefined) {
    const share = served.slower / served.requests;
    const allowed = 1 - latency.objective;
    return {
      spent: share === 0 ? 0 : allowed <= 0 ? Number.MAX_VALUE : share / allowed,
      because: `${served.slower} of ${served.requests} requests took longer than ${latency.p99} ms, ${percent(share)}, and ${percent(allowed)} is the budget`,
    };
  }
  return { spent: 0, because: 'no budget is stated' };
}

const percent = (fraction: number) => `${Number((fraction * 100).toFixed(2))} %`;
