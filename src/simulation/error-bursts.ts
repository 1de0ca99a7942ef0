import { againstLimit } from '../rollout/rules/error-rate.ts';
import type { ArmCounts } from '../rollout/state.ts';
import type { RollbackRule } from '../spec/release-schema.ts';
import type { Milliseconds } from '../spec/quantities.ts';
import type { Random } from '../training/random.ts';
import type { Passed } from './recent-counts.ts';

/** A moment at which the limit of the error rate takes the challenger back, and what a guard would have counted then. */
interface Burst {
  readonly at: Milliseconds;
  readonly recent: ArmCounts;
  readonly recentChampion: ArmCounts;
}

/** More errors at once come too evenly to make a burst that the next look would not see. */
const mostErrors = 500;

/**
 * The challenger's errors one by one. A limit is no test, and what passes it for a second rolls back: looked at a hundred times less
 * often than a guard looks, it would seem twice as safe as it is. Errors fall anywhere between two looks; requests come evenly.
 */
export class ErrorBursts {
  readonly #rule: NonNullable<RollbackRule['error_rate']>;
  readonly #errors: Milliseconds[] = [];
  #first = 0;
  /** The ends of what passed, and all counts up to there. */
  readonly #ends: Milliseconds[] = [0];
  readonly #requests: number[] = [0];
  readonly #champion: { readonly requests: number; readonly errors: number }[] = [{ requests: 0, errors: 0 }];

  constructor(rule: NonNullable<RollbackRule['error_rate']>) {
    this.#rule = rule;
  }

  /** @returns the first burst of what passed between two moments; null where there is none */
  add(from: Milliseconds, to: Milliseconds, { champion, challenger }: Passed, random: Random): Burst | null {
    this.#ends.push(to);
    this.#requests.push((this.#requests.at(-1) ?? 0) + challenger.requests);
    const before = this.#champion.at(-1) ?? { requests: 0, errors: 0 };
    this.#champion.push({ requests: before.requests + champion.requests, errors: before.errors + champion.errors });
    if (challenger.errors > mostErrors) return null;
    const times = Array.from({ length: challenger.errors }, () => from + random.next() * (to - from)).toSorted((a, b) => a - b);
    let found: Burst | null = null;
    for (const at of times) {
      this.#errors.push(at);
      while ((this.#errors[this.#first] ?? at) <= at - this.#rule.for) this.#first++;
      found ??= this.#burstAt(at);
    }
    return found;
  }

  #burstAt(at: Milliseconds): Burst | null {
    const errors = this.#errors.length - this.#first;
    if (errors < this.#rule.at_least) return null;
    const since = at - this.#rule.for;
    const own = this.#upTo(at, (i) => this.#requests[i] ?? 0) - this.#upTo(since, (i) => this.#requests[i] ?? 0);
    const requests = Math.max(errors, Math.round(own));
    if (errors <= this.#rule.above * requests) return null;
    const of = (count: 'requests' | 'errors') => {
      const upTo = (moment: Milliseconds) => this.#upTo(moment, (i) => this.#champion[i]?.[count] ?? 0);
      return Math.round(upTo(at) - upTo(since));
    };
    const recent = { requests, errors, p99: null };
    const recentChampion = { requests: of('requests'), errors: of('errors'), p99: null };
    const harm = againstLimit(this.#rule, recent, recentChampion)?.verdict === 'harm';
    return harm ? { at, recent, recentChampion } : null;
  }

  /** A count up to a moment, between two ends in proportion. */
  #upTo(moment: Milliseconds, count: (end: number) => number): number {
    let end = this.#ends.length - 1;
    while (end > 0 && (this.#ends[end - 1] ?? 0) >= moment) end--;
    if (end === 0 || moment <= 0) return 0;
    const [from, to] = [this.#ends[end - 1] ?? 0, this.#ends[end] ?? 0];
    const share = to > from ? Math.min(1, (moment - from) / (to - from)) : 1;
    return count(end - 1) + share * (count(end) - count(end - 1));
  }
}
