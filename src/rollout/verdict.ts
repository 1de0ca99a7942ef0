import { alphaOf } from './false-rollbacks.ts';
import { labelledPairs, lossOf } from './rules/metric-loss.ts';
import type { Evidence, RolloutPolicy, RolloutState } from './state.ts';

/**
 * What a rollout that ends has shown of what its release set out to show: `release.hypothesis`, by the bounds of `release.success`
 * over all labelled pairs. Null where the release states neither, or has no champion to compare with.
 *
 * Shown: surely a gain. Refuted: surely a loss. Open: neither, whatever the estimate says.
 */
export function verdictSentence(state: RolloutState, { paired }: Pick<Evidence, 'paired'>, policy: RolloutPolicy): string | null {
  const { hypothesis, success } = policy;
  if (!state.hasChampion || (hypothesis === undefined && success === undefined)) return null;
  const about = hypothesis === undefined ? 'the release' : `"${hypothesis}"`;
  if (success === undefined) return `Of ${about} nothing was measured: the release names no success`;
  const rule = policy.rollback_when.find((one) => one[success] !== undefined)?.[success];
  const terms = { alpha: alphaOf(policy), value: policy.value };
  const loss = lossOf(success, rule ?? { at_least: 0 }, paired, terms);
  if (loss?.bounds == null) return `Of ${about} nothing is known: no labelled pair tells of ${success}`;
  const { low, high } = loss.bounds;
  const { seen, say } = loss;
  const verdict = high < 0 ? 'is shown' : low > 0 ? 'is refuted' : 'is open';
  const gain = `${difference(seen, say)}, ${verdict === 'is open' ? spread(low, high, say) : sure(low, high, say)}`;
  return `${about[0]?.toUpperCase() ?? ''}${about.slice(1)} ${verdict}: ${loss.told} on ${labelledPairs(paired, success)}, ${gain}`;
}

type Say = (loss: number) => string;

/** `a gain of 2.3 points` */
const difference = (loss: number, say: Say) => `a ${loss > 0 ? 'loss' : 'gain'} of ${say(Math.abs(loss))}`;

/** Both ends on one side: `surely from 0.4 points to 4.2 points`. */
function sure(low: number, high: number, say: Say): string {
  const [least, most] = [Math.min(Math.abs(low), Math.abs(high)), Math.max(Math.abs(low), Math.abs(high))];
  return Number.isFinite(most) ? `surely from ${say(least)} to ${say(most)}` : `surely at least ${say(least)}`;
}

/** `which may be anything from a loss of 1.1 points to a gain of 3 points`. */
function spread(low: number, high: number, say: Say): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return 'which may be chance altogether';
  return `which may be anything from a loss of ${say(Math.max(0, high))} to a gain of ${say(Math.max(0, -low))}`;
}
