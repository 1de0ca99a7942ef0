import type { Budget } from '../spec/monitor-schema.ts';
import { figure, inWords, lasting, percent } from '../stats/wording.ts';
import { type BadCounts, burning, burnSentence, burnWindows } from './burn-rate.ts';
import type { BudgetReading } from './state.ts';

/** What a budget counts as bad: requests that failed, or took longer than so many ms; labelled answers that were wrong or too far off. */
export type Counted =
  { readonly of: 'errors' } | { readonly of: 'slow'; readonly slowerThan: number } | { readonly of: 'labels' };

/** A budget's terms, whatever it is of. */
export interface BudgetTerms {
  readonly counted: Counted;
  /** The share of events that may be bad, 0 to 1. */
  readonly allowed: number;
  /** ms. */
  readonly period: number;
  /** How its events and the bad ones are called. */
  readonly events: string;
  readonly bad: string;
}

/** A budget is never smaller than this: with few events so far, one unlucky one would be all of it. */
const smallestBudget = 5;

export function budgetTerms(budget: Budget): BudgetTerms {
  const { error_rate: errorRate, latency, accuracy, absolute_error: absoluteError } = budget;
  if (errorRate !== undefined)
    return { counted: { of: 'errors' }, allowed: errorRate.at_most, period: errorRate.over, events: 'requests', bad: 'failed' };
  if (latency !== undefined)
    return {
      counted: { of: 'slow', slowerThan: latency.p99 },
      allowed: 1 - latency.objective,
      period: latency.over,
      events: 'requests',
      bad: `took longer than ${latency.p99 < 1000 ? `${figure(latency.p99)} ms` : lasting(latency.p99)}`,
    };
  if (absoluteError !== undefined)
    return {
      counted: { of: 'labels' },
      allowed: 1 - absoluteError.objective,
      period: absoluteError.over,
      events: 'labelled answers',
      bad: `were off by more than ${figure(absoluteError.at_most)}`,
    };
  return {
    counted: { of: 'labels' },
    allowed: 1 - (accuracy?.at_least ?? 0),
    period: accuracy?.over ?? 0,
    events: 'labelled answers',
    bad: 'were wrong',
  };
}

/** The windows that a budget has to be read over, ms. */
export function budgetWindows(budget: Budget): number[] {
  const { allowed, period } = budgetTerms(budget);
  return burnWindows(allowed, period);
}

/**
 * The share of an error budget that is spent, bad events / allowed bad events (B. Beyer et al., "Site Reliability Engineering",
 * O'Reilly 2016, chapter 3), and whether it burns. 1 and more is all of it. A budget of 0 is spent by the first bad event.
 * @param counts what happened within each of `budgetWindows` until now
 */
export function readBudget(budget: Budget, counts: (ms: number) => BadCounts): BudgetReading {
  const terms = budgetTerms(budget);
  const { allowed: share, period, events: noun, bad: verb } = terms;
  const { events, bad } = counts(period);
  const allowed = share > 0 ? Math.max(smallestBudget, share * events) : 0;
  const found = burning(share, period, counts);
  return {
    spent: bad === 0 ? 0 : allowed === 0 ? bad : bad / allowed,
    because:
      found === null
        ? `${inWords(bad)} of ${inWords(events)} ${noun} ${verb} within ${lasting(period)}, and ${percent(share, 2)} may`
        : burnSentence(found, share, period, counts, { events: noun, bad: verb }),
    burning: found === null ? null : { rate: found.rate, urgent: found.urgent },
    of: terms.counted.of === 'labels' ? 'labels' : 'service',
  };
}
