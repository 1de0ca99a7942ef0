import { figure, inWords, percent, points } from '../stats/wording.ts';
import type { Finding } from './state.ts';

/** A promotion, held against labels that came after it: both versions' losses on the same requests. Plain JSON. */
export interface TruthState {
  /** The version that was promoted, and the one that led before it. */
  readonly promoted: number;
  readonly former: number;
  /** ms since 1970. */
  readonly promotedAt: number;
  /** What the promotion went by, a part of a sentence; null where nothing was compared. */
  readonly estimate: string | null;
  /** Labelled requests that both scored, and the sums of their losses. */
  readonly pairs: number;
  readonly promotedLoss: number;
  readonly formerLoss: number;
  /** What each bet on the promoted version's being worse has come to: a logarithm. */
  readonly growth: readonly number[];
}

/** A loss of each version on one request: 1 for a wrong answer and 0 for a right one, or absolute errors. */
export interface PairedLoss {
  readonly promoted: number;
  readonly former: number;
}

/** How sure it has to be that the promotion was wrong: a promotion that was right is reverted in 1 of 100 cases at most. */
const alpha = 0.01;
/** Of the largest bet that cannot lose everything. */
const sizes = [0.025, 0.05, 0.1, 0.2, 0.4];
/** A difference of absolute errors beyond so many times the former version's mean error counts as that. */
const mostTimes = 10;

export function beginTruth(of: Pick<TruthState, 'promoted' | 'former' | 'promotedAt' | 'estimate'>): TruthState {
  return { ...of, pairs: 0, promotedLoss: 0, formerLoss: 0, growth: sizes.map(() => 0) };
}

/** What is held against the promotion, as the policy has it. */
export interface TruthTerms {
  readonly task: 'binary-classification' | 'regression';
  /** Points of accuracy, or a share of the former version's MAE, that the promoted one may be worse by. */
  readonly worseBy: number;
  /** Regression: the former version's MAE at its evaluation, the unit of errors. */
  readonly formerMae: number | null;
}

/**
 * The state after some more labels, and whether the truth speaks against the promotion. The evidence is an e-process: for each
 * pair a bet on d, the promoted version's loss less the former's, multiplies what it holds by 1 + b (d - margin). While the promoted
 * version is not worse by more than the margin, that ever reaches 1 / alpha with a chance of alpha at most (Ville; I.
 * Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86, 2024, section 4). The evidence
 * is the mean over five sizes of bets and depends on the pairs alone, not on their order.
 */
export function weighTruth(
  before: TruthState,
  pairs: readonly PairedLoss[],
  terms: TruthTerms,
): { state: TruthState; finding: Finding | null } {
  const unit = terms.task === 'regression' ? mostTimes * (terms.formerMae ?? 1) : 1;
  const margin = terms.task === 'regression' ? terms.worseBy / mostTimes : terms.worseBy;
  const growth = [...before.growth];
  let { promotedLoss, formerLoss } = before;
  for (const { promoted, former } of pairs) {
    promotedLoss += promoted;
    formerLoss += former;
    const difference = Math.min(1, Math.max(-1, (promoted - former) / unit));
    for (const [i, size] of sizes.entries())
      growth[i] = (growth[i] ?? 0) + Math.log(1 + (size / (1 + margin)) * (difference - margin));
  }
  const state = { ...before, pairs: before.pairs + pairs.length, promotedLoss, formerLoss, growth };
  const evidence = growth.reduce((sum, log) => sum + Math.exp(log), 0) / growth.length;
  return { state, finding: evidence < 1 / alpha ? null : { because: sentence(state, terms.task), features: [] } };
}

function sentence({ promoted, former, pairs, promotedLoss, formerLoss, estimate }: TruthState, task: TruthTerms['task']): string {
  const believed = estimate === null ? `v${promoted} was promoted` : `v${promoted} was promoted ${estimate}`;
  const since = `of ${inWords(pairs)} labels that came since, on requests that both scored,`;
  const [is, was] = [promotedLoss / pairs, formerLoss / pairs];
  return task === 'regression'
    ? `${believed}; ${since} the MAE is ${figure(is)} against ${figure(was)} of v${former}`
    : `${believed}; ${since} v${promoted} had ${percent(1 - is)} right and v${former} ${percent(1 - was)}, ${points(is - was)} more`;
}

/** A promotion is closed for good after so long. */
export function truthIsOpen({ promotedAt }: TruthState, policy: { readonly for: number } | undefined, at: number): boolean {
  return policy !== undefined && at - promotedAt < policy.for;
}

/** `estimated at 82.1 % against 79.4 % of v1 on 336 held-out rows` */
export function estimateSentence(metric: string, promoted: number, former: number, of: number, rows: number): string {
  const said = metric === 'mae' ? figure : (value: number) => percent(value);
  return `with ${metric === 'mae' ? 'an MAE' : 'an accuracy'} of ${said(promoted)} against ${said(former)} of v${of} on ${inWords(rows)} held-out rows`;
}
