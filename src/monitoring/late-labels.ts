import type { Task } from '../onnx/signature.ts';
import { addLosses, countLosses, logEValueAbove, lossBounds, type LossSums, noLosses } from '../stats/betting.ts';
import { errorNames, type NumberTerms, plainNumbers, usualError, type UsualError } from '../stats/number-losses.ts';
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
  /** A regression that is judged by another error than the MAE: what it was asked to predict when it was promoted. */
  readonly terms?: NumberTerms;
  /** Of the former version at its evaluation, in that error; the unit of losses. Null where it is not known. */
  readonly formerError?: number | null;
  /** Labelled requests that both scored, and the sums of their losses. */
  readonly pairs: number;
  readonly promotedLoss: number;
  readonly formerLoss: number;
  /** The promoted version's losses less the former's, in units of `unitOf`: the means of blocks. */
  readonly differences: LossSums;
  /** Pairs of the block that is not full yet, and the sum of their differences. */
  readonly partial: { readonly count: number; readonly total: number };
}

/** A loss of each version on one request: 1 for a wrong answer and 0 for a right one, or errors. */
export interface PairedLoss {
  readonly promoted: number;
  readonly former: number;
}

/** How sure it has to be that the promotion was wrong: a promotion that was right is reverted in 1 of 100 cases at most. */
const alpha = 0.01;
/** A difference of errors beyond so many times the former version's mean error counts as that. */
const mostTimes = 10;
/** Differences are rounded down to a multiple of this, in favour of the promoted version, so that few are distinct. */
const step = 1 / 500;

type Promoted = Pick<TruthState, 'promoted' | 'former' | 'promotedAt' | 'estimate' | 'terms' | 'formerError'>;

export function beginTruth(of: Promoted): TruthState {
  return { ...of, pairs: 0, promotedLoss: 0, formerLoss: 0, differences: noLosses, partial: { count: 0, total: 0 } };
}

/** What is held against the promotion, as the policy has it. */
export interface TruthTerms {
  readonly task: Task;
  /** Points of accuracy, or a share of the former version's error, that the promoted one may be worse by. */
  readonly worseBy: number;
  /** Regression: the former version's MAE at its evaluation, the unit of errors where the state names none. */
  readonly formerMae: number | null;
  /** Pairs that count as one, as neighbouring losses are alike; at least 1. */
  readonly block: number;
}

/**
 * The state after some more labels, and whether the truth speaks against the promotion: whether the evidence that its mean loss is
 * above the former's by more than the margin has reached 1 / alpha. It is gathered by betting (`src/stats/betting.ts`), so that a
 * promotion that was right is found wrong with a chance of alpha at most, however often one looks. Of single pairs it does not depend
 * on their order; of blocks on which pairs are neighbours.
 */
export function weighTruth(
  before: TruthState,
  pairs: readonly PairedLoss[],
  terms: TruthTerms,
): { state: TruthState; finding: Finding | null } {
  const unit = unitOf(before, terms);
  const margin = terms.task === 'regression' ? terms.worseBy / mostTimes : terms.worseBy;
  let { promotedLoss, formerLoss } = before;
  let { count, total } = before.partial;
  const differences: number[] = [];
  for (const { promoted, former } of pairs) {
    promotedLoss += promoted;
    formerLoss += former;
    count++;
    total += Math.max(-1, Math.min(1, (promoted - former) / unit));
    if (count < terms.block) continue;
    differences.push(Math.max(-1, Math.floor(total / count / step + 1e-9) * step));
    [count, total] = [0, 0];
  }
  const state = {
    ...before,
    pairs: before.pairs + pairs.length,
    promotedLoss,
    formerLoss,
    differences: addLosses(before.differences, countLosses(differences)),
    partial: { count, total },
  };
  const proven = logEValueAbove(state.differences, margin) >= Math.log(1 / alpha);
  return { state, finding: proven ? { because: sentence(state, terms), features: [] } : null };
}

/** What a difference of losses is divided by to lie from -1 to 1. */
function unitOf({ formerError }: TruthState, { task, formerMae }: TruthTerms): number {
  return task === 'regression' ? mostTimes * (formerError ?? formerMae ?? 1) : 1;
}

function sentence(state: TruthState, terms: TruthTerms): string {
  const { promoted, former, pairs, promotedLoss, formerLoss, estimate, differences } = state;
  const believed = estimate === null ? `v${promoted} was promoted` : `v${promoted} was promoted ${estimate}`;
  const since = `of ${inWords(pairs)} labels that came since, on requests that both scored,`;
  const [is, was] = [promotedLoss / pairs, formerLoss / pairs];
  const { low, high } = lossBounds(differences, 2 * alpha);
  if (terms.task !== 'regression')
    return `${believed}; ${since} v${promoted} had ${percent(1 - is)} right and v${former} ${percent(1 - was)}, ${points(is - was)} more (${points(low).replace(/ points?$/, '')} to ${points(high)})`;
  const unit = unitOf(state, terms);
  const error = errorNames[usualError(state.terms ?? plainNumbers)];
  return `${believed}; ${since} the ${error} is ${figure(is)} against ${figure(was)} of v${former}, ${figure(is - was)} more (${figure(low * unit)} to ${figure(high * unit)})`;
}

/** A promotion is closed for good after so long. */
export function truthIsOpen({ promotedAt }: TruthState, policy: { readonly for: number } | undefined, at: number): boolean {
  return policy !== undefined && at - promotedAt < policy.for;
}

/** `estimated at 82.1 % against 79.4 % of v1 on 336 held-out rows` */
export function estimateSentence(
  metric: 'accuracy' | UsualError,
  promoted: number,
  former: number,
  of: number,
  rows: number,
): string {
  const said = metric === 'accuracy' ? (value: number) => percent(value) : figure;
  const name = metric === 'accuracy' ? metric : errorNames[metric];
  return `with ${name === 'accuracy' || name === 'MAE' ? 'an' : 'a'} ${name} of ${said(promoted)} against ${said(former)} of v${of} on ${inWords(rows)} held-out rows`;
}
