import { inWords } from '../../stats/wording.ts';
import type { Bounds } from '../../stats/confidence-sequence.ts';
import type { PairedCounts } from '../state.ts';
import { clearly, type Finding, type Rule, type Terms } from './finding.ts';
import { labelledPairs, labelMetrics, lossOf, type MetricRule } from './metric-loss.ts';

/**
 * A metric over pairs that have their label, challenger against champion, on at least so many.
 *
 * Harm: the challenger is worse by more than is allowed, surely: the bounds of its loss hold at all looks at once. Doubt: worse by
 * more than is allowed, which could still be chance. Unproven: not worse by so much, which could be chance as well.
 * `by: estimate` takes what was measured for sure, as people do who read a dashboard. `within` silences the rule after its time.
 */
export const labelMetric: Rule = (rule, { paired, answeringFor }, terms) => {
  for (const metric of labelMetrics) {
    const wanted = rule[metric];
    if (wanted === undefined) continue;
    const isOver = wanted.within !== undefined && answeringFor !== undefined && answeringFor > wanted.within;
    return isOver ? null : judge(metric, wanted, paired, terms);
  }
  return null;
};

function judge(metric: (typeof labelMetrics)[number], rule: MetricRule, paired: PairedCounts, terms: Terms): Finding | null {
  const loss = lossOf(metric, rule, paired, terms);
  const { at_least: atLeast } = rule;
  if (loss === null || paired.labelled < atLeast) {
    return paired.losses === undefined
      ? null
      : { verdict: 'unproven', because: `${metric} has ${inWords(paired.labelled)} of ${inWords(atLeast)} labelled pairs` };
  }
  const { seen, allowed, say } = loss;
  const told = `${loss.told} on ${labelledPairs(paired, metric)}`;
  const worse = `${told}, ${say(seen)} worse where ${allowance(say(allowed))} allowed`;
  if (rule.by === 'estimate') return seen > allowed ? { verdict: 'harm', because: worse } : null;
  const bounds = loss.bounds ?? fromStandardError(seen, loss.standardError);
  if (bounds.low > allowed) return { verdict: 'harm', because: worse };
  if (seen > allowed) return { verdict: 'doubt', because: `${worse}; it could be chance${between(bounds, say)}` };
  return loss.bounds === null || bounds.high <= allowed
    ? null
    : {
        verdict: 'unproven',
        because: Number.isFinite(bounds.high)
          ? `${told}: ${say(bounds.high)} worse is not excluded yet, where ${allowance(say(allowed))} allowed`
          : `${told}: nothing is excluded yet, where ${allowance(say(allowed))} allowed`,
      };
}

/** `2 points are`, `1 point is`, `nothing is`. */
function allowance(said: string): string {
  return said.startsWith('0 ') || said === '0' ? 'nothing is' : `${said} ${/^1 point$/.test(said) ? 'is' : 'are'}`;
}

/** ` (0.4 points better to 9.3 points worse)`; nothing where neither is known. */
function between({ low, high }: Bounds, say: (loss: number) => string): string {
  const one = (loss: number) => (Number.isFinite(loss) ? `${say(Math.abs(loss))} ${loss < 0 ? 'better' : 'worse'}` : 'anything');
  return Number.isFinite(low) || Number.isFinite(high) ? ` (${one(low)} to ${one(high)})` : '';
}

/** What was seen by a release of pawl before there were bounds that hold at all looks. */
function fromStandardError(seen: number, error: number): Bounds {
  return { low: seen - clearly * error, high: seen + clearly * error };
}
