import { type Histogram, quantileBounds } from '../stats/quantile-sequence.ts';
import { latencyAlpha } from './false-rollbacks.ts';
import type { LatencyBounds, LatencyEvidence, RolloutPolicy } from './state.ts';

/**
 * Latency at each quantile that the policy asks for. Each side has the whole alpha of its comparison for both of its ends together,
 * and one end of each side is what a comparison needs.
 */
export function latencyEvidence(policy: RolloutPolicy, champion: Histogram, challenger: Histogram): LatencyEvidence[] {
  const rule = policy.rollback_when.find(({ latency }) => latency !== undefined)?.latency;
  if (rule === undefined) return [];
  const asked = new Set([
    ...(rule.p99 === undefined ? [] : [0.99]),
    ...(rule.above_champion_by === undefined ? [] : [rule.quantile ?? 0.99]),
  ]);
  const alpha = latencyAlpha(policy);
  return [...asked].map((quantile) => ({
    quantile,
    champion: boundsOf(champion, quantile, alpha),
    challenger: boundsOf(challenger, quantile, alpha),
  }));
}

function boundsOf(histogram: Histogram, quantile: number, alpha: number): LatencyBounds | null {
  const requests = histogram.reduce((sum, [, count]) => sum + count, 0);
  if (requests === 0) return null;
  const { low, high } = quantileBounds(histogram, quantile, alpha);
  return { requests, value: valueAt(histogram, quantile * requests), ...finite({ low, high }) };
}

function valueAt(histogram: Histogram, rank: number): number {
  let below = 0;
  for (const [value, count] of histogram) if ((below += count) >= rank) return value;
  return histogram.at(-1)?.[0] ?? 0;
}

/** JSON, in which evidence is kept, knows no infinity. */
const finite = ({ low, high }: { low: number; high: number }) => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});
