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
  const verdict = high < 0 ? 'is shown' : low > 0 ? 'is refuted' : 'is open';
  const gain = `a gain of ${loss.say(-loss.seen)}, surely from ${told(-high, loss.say)} to ${told(-low, loss.say)}`;
  return `${about[0]?.toUpperCase() ?? ''}${about.slice(1)} ${verdict}: ${loss.told} on ${labelledPairs(paired, success)}, ${gain}`;
}

const told = (bound: number, say: (loss: number) => string) =>
  Number.isFinite(bound) ? say(bound) : bound > 0 ? 'without end' : 'anything';
