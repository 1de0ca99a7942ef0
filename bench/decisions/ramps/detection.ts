import { fewerLosses, logEValueAbove } from '../../../src/stats/betting.ts';
import { asymptoticSequence, empiricalBernsteinSequence } from '../../../src/stats/confidence-sequence.ts';
import { correlationTime } from '../../../src/stats/correlation-time.ts';
import { Random } from '../../../src/training/random.ts';
import { median } from '../../statistics.ts';
import { errorRamps } from './error-ramps.ts';
import { eProcess } from './error-rules.ts';
import { latency } from './guardrails.ts';
import { bucketWidth, normal, steady, type World } from './worlds.ts';

const independent: World = { name: 'independent callers', callers: 0, zipf: 0, broken: 0 };

/** The median over ramps of canary requests until a doubled error rate is found, at 10 % and a base of 1 %. */
export function requestsToFindDoubled(ramps: number, seed: number, alpha: number): number {
  const options = { world: independent, ramps, share: steady(0.1), ratio: 2, requestsPerLook: 100, looks: 2000, alpha };
  const rules = { pawl: eProcess(0, 1, 'share of callers') };
  return medianFound(errorRamps(options, rules, new Random(seed)).pawl ?? []);
}

/** Of 100 pairs, those in which the challenger alone is wrong, and those in which it alone is right. */
const [lost, won] = [0.06, 0.04];

/** The median of labelled pairs until a loss of 2 points is found where one in ten pairs disagrees. */
export function pairsToFindLoss(ramps: number, seed: number, alpha: number): number {
  const random = new Random(seed);
  return medianFound(
    Array.from({ length: ramps }, () => {
      const counts = [0, 0, 0];
      const seen: number[] = [];
      const harm = (alike: number) =>
        logEValueAbove(fewerLosses({ losses: [-1, 0, 1], counts }, alike), 0) >= Math.log(1 / alpha);
      for (let pairs = 1; pairs <= 50_000; pairs++) {
        const draw = random.next();
        const loss = draw < lost ? 1 : draw < lost + won ? -1 : 0;
        seen.push(loss);
        counts[loss + 1] = (counts[loss + 1] ?? 0) + 1;
        // Pairs are independent here, which pawl has to find out.
        if (pairs % 25 === 0 && harm(1) && harm(correlationTime(seen))) return pairs;
      }
      return null;
    }),
  );
}

/** The same by the empirical-Bernstein sequence, which knows the pairs in their order. */
export function pairsToFindLossByBernstein(ramps: number, seed: number, alpha: number): number {
  const random = new Random(seed);
  return medianFound(
    Array.from({ length: ramps }, () => {
      const halves: number[] = [];
      while (halves.length < 20_000) {
        const draw = random.next();
        halves.push(draw < lost ? 1 : draw < lost + won ? 0 : 0.5);
        if (halves.length % 250 === 0 && empiricalBernsteinSequence(halves, 2 * alpha).low > 0.5) return halves.length;
      }
      return null;
    }),
  );
}

/**
 * The same loss of 2 points at an accuracy of 78 %, where each side's labels are of its own requests and 5 % are the canary's: the
 * median of requests of both, by the asymptotic sequence of the difference.
 */
export function requestsToFindLoss(ramps: number, seed: number, alpha: number): number {
  const random = new Random(seed);
  const [share, accuracy, loss, step] = [0.05, 0.78, 0.02, 1000];
  const spread = Math.sqrt(accuracy * (1 - accuracy));
  return medianFound(
    Array.from({ length: ramps }, () => {
      let [champion, challenger] = [0, 0];
      for (let requests = step; requests <= 1_000_000; requests += step) {
        // Means of so many answers are normal.
        challenger += step * share * loss + normal(random) * spread * Math.sqrt(step * share);
        champion += normal(random) * spread * Math.sqrt(step * (1 - share));
        const mean = challenger / (requests * share) - champion / (requests * (1 - share));
        const standardError = spread * Math.sqrt(1 / (requests * share) + 1 / (requests * (1 - share)));
        const count = requests * share;
        const of = { count, mean, standardDeviation: standardError * Math.sqrt(count) };
        if (asymptoticSequence(of, 2 * alpha).low > 0) return requests;
      }
      return null;
    }),
  );
}

/** The median of canary requests until a 99th percentile that is half as long again is found, at 10 %, where 20 % is allowed. */
export function requestsToFindSlower(ramps: number, seed: number, alpha: number): number {
  const random = new Random(seed);
  const guardrail = latency(random);
  const slower = Math.round(Math.log(1.5) / bucketWidth);
  return medianFound(
    Array.from({ length: ramps }, () => {
      guardrail.begin();
      for (let canary = 1; canary <= 100_000; canary++) {
        guardrail.request(true, slower);
        for (let i = 0; i < 9; i++) guardrail.request(false, 0);
        if (canary % 50 === 0 && guardrail.harm(alpha)) return canary;
      }
      return null;
    }),
  );
}

/** Infinity where half of them never were. */
function medianFound(found: readonly (number | null)[]): number {
  return median(found.map((at) => at ?? Infinity));
}
