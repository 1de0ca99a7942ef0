import { counted, percent } from '../../stats/wording.ts';
import type { Evidence, LatencyBounds } from '../state.ts';
import type { Finding, Rule } from './finding.ts';
import type { RollbackRule } from '../../spec/release-schema.ts';

/** Latencies are counted in bins: two percentiles closer than that are not told apart. */
const resolution = 2 ** 0.25;

type LatencyRule = NonNullable<RollbackRule['latency']>;

/** Latency since the step began: against a limit, against the champion's, or both. */
export const latency: Rule = ({ latency: rule }, evidence) => {
  if (rule === undefined) return null;
  const found = [aboveLimit(rule, evidence), aboveChampion(rule, evidence)].filter((finding) => finding !== null);
  return found.find(({ verdict }) => verdict === 'harm') ?? found[0] ?? null;
};

/**
 * Harm: the challenger's 99th percentile is above the limit, on at least so many requests, surely (`src/stats/quantile-sequence.ts`).
 * Doubt: perhaps by chance; or the champion's is above the limit as well, on as many requests, and no better by more than can be
 * told: then the machines are slow, not the version.
 */
function aboveLimit({ p99: limit, at_least: atLeast }: LatencyRule, evidence: Evidence): Finding | null {
  const { challenger, champion } = evidence;
  if (limit === undefined || challenger.p99 === null || challenger.requests < atLeast || challenger.p99 <= limit) return null;
  const seen = `challenger's p99 ${milliseconds(challenger.p99)} on ${counted(challenger.requests, 'request')}, above ${milliseconds(limit)}`;
  if (
    champion.p99 !== null &&
    champion.p99 > limit &&
    champion.requests >= atLeast &&
    challenger.p99 <= champion.p99 * resolution
  )
    return {
      verdict: 'doubt',
      because: `${seen}, but the champion's is ${milliseconds(champion.p99)}: the machines are slow, not the version`,
    };
  const bounds = at(evidence, 0.99)?.challenger;
  if (bounds !== undefined && (bounds?.low ?? -Infinity) <= limit)
    return { verdict: 'doubt', because: `${seen}; it could be chance` };
  return { verdict: 'harm', because: champion.p99 === null ? seen : `${seen} (champion ${milliseconds(champion.p99)})` };
}

/** Harm: the challenger's quantile is surely above the champion's by more than is allowed. Doubt: perhaps by chance. */
function aboveChampion(
  { quantile, above_champion_by: allowed, at_least: atLeast }: LatencyRule,
  evidence: Evidence,
): Finding | null {
  const { champion, challenger } = at(evidence, quantile ?? 0.99) ?? {};
  if (allowed === undefined || champion == null || challenger == null) return null;
  if (Math.min(champion.requests, challenger.requests) < atLeast) return null;
  const name = `p${Number(((quantile ?? 0.99) * 100).toPrecision(4))}`;
  const seen = `challenger's ${name} ${range(challenger)} against ${range(champion)}`;
  const most = 1 + allowed;
  if ((challenger.low ?? 0) > (champion.high ?? Infinity) * most)
    return { verdict: 'harm', because: `${seen}, surely more than ${percent(allowed)} slower` };
  if (challenger.value > champion.value * most)
    return { verdict: 'doubt', because: `${seen}, more than ${percent(allowed)} slower; it could be chance` };
  return (challenger.high ?? Infinity) <= (champion.low ?? 0) * most
    ? null
    : { verdict: 'unproven', because: `${seen}: more than ${percent(allowed)} slower is not excluded yet` };
}

/** Undefined where nothing was looked at at that quantile: by a release of pawl before there were bounds. */
function at({ latency: seen }: Evidence, quantile: number) {
  return seen?.find((one) => one.quantile === quantile);
}

const milliseconds = (ms: number) => `${Number(ms.toPrecision(3))} ms`;

/** `12 ms (10 to 15)`, with what is known of it. */
function range({ value, low, high }: LatencyBounds): string {
  const number = (ms: number) => String(Number(ms.toPrecision(3)));
  if (low === null) return high === null ? milliseconds(value) : `${milliseconds(value)} (at most ${number(high)})`;
  return `${milliseconds(value)} (${high === null ? `at least ${number(low)}` : `${number(low)} to ${number(high)}`})`;
}
