import { logEValueAbove, type LossSums } from '../../../src/stats/betting.ts';
import { asymptoticSequence } from '../../../src/stats/confidence-sequence.ts';
import { quantileBounds } from '../../../src/stats/quantile-sequence.ts';
import { standardDeviation } from '../../../src/stats/summary.ts';
import type { Random } from '../../../src/training/random.ts';
import { AliasTable, bucketWidth, normal } from './worlds.ts';

/** Evidence of one kind over a ramp whose versions are equal. */
export interface Guardrail {
  begin(): void;
  harm(alpha: number): boolean;
}

/** Of requests that both sides scored and whose label came. */
export interface PairGuardrail extends Guardrail {
  /** `broken`: its caller is. */
  pair(broken: boolean): void;
}

/** Of requests that one side answered. */
export interface RequestGuardrail extends Guardrail {
  /** `slower`: buckets of latency by which its caller's are. */
  request(challenger: boolean, slower: number): void;
}

/** Fraction of pairs in which only one of both is right; of those of broken callers, whose labels are noise, more. */
const disagreement = { sound: 0.1, broken: 0.5 };

/** Accuracy over pairs, by betting: harm where the challenger loses any. */
export function pairedLabels(random: Random): PairGuardrail {
  const counts = [0, 0, 0];
  const sums: LossSums = { losses: [-1, 0, 1], counts };
  return {
    begin: () => void counts.fill(0),
    pair(broken) {
      const share = broken ? disagreement.broken : disagreement.sound;
      const draw = random.next();
      const loss = draw < share / 2 ? 0 : draw < share ? 2 : 1;
      counts[loss] = (counts[loss] ?? 0) + 1;
    },
    harm: (alpha) => logEValueAbove(sums, 0) >= Math.log(1 / alpha),
  };
}

/** Fewer pairs are not looked at by the asymptotic sequence. */
const fewest = 100;

/**
 * The mean absolute error over pairs, by the asymptotic confidence sequence: errors of both sides are skewed, share most of what
 * makes them large, and those of broken callers are ten times as large.
 */
export function pairedMetric(random: Random): PairGuardrail {
  let [count, mean, squares] = [0, 0, 0];
  return {
    begin: () => void ([count, mean, squares] = [0, 0, 0]),
    pair(broken) {
      const size = Math.exp(normal(random)) * (broken ? 10 : 1);
      const loss = size * (Math.abs(normal(random)) - Math.abs(normal(random)));
      count++;
      const off = loss - mean;
      mean += off / count;
      squares += off * (loss - mean);
    },
    // One side alone: twice its alpha is that of both.
    harm: (alpha) =>
      count >= fewest &&
      asymptoticSequence({ count, mean, standardDeviation: standardDeviation({ count, mean, squares }) }, 2 * alpha).low > 0,
  };
}

const [quantile, allowed] = [0.99, 0.2];
/** Log-normal, from 1 ms on. */
const shape = Array.from({ length: 60 }, (_, i) => Math.exp(-(((i * bucketWidth - 2.5) / 0.5) ** 2) / 2));

/** The 99th percentile of latency by bounds of both sides' quantiles: harm where the challenger's is 20 % above. */
export function latency(random: Random): RequestGuardrail {
  const table = new AliasTable(shape);
  const empty = () => Array.from({ length: 130 }, (_, i): [number, number] => [Math.exp((i - 30) * bucketWidth), 0]);
  const [champion, challenger] = [empty(), empty()];
  return {
    begin() {
      for (const side of [champion, challenger]) for (const bucket of side) bucket[1] = 0;
    },
    request(isChallenger, slower) {
      const bucket = (isChallenger ? challenger : champion)[Math.max(0, table.draw(random) + slower + 30)];
      if (bucket !== undefined) bucket[1]++;
    },
    harm(alpha) {
      const { low } = quantileBounds(challenger, quantile, alpha / 2);
      return low > -Infinity && low > quantileBounds(champion, quantile, alpha / 2).high * (1 + allowed);
    },
  };
}
