import { errorEvidence, type ErrorStep, logEValue, ratios } from '../../../src/stats/first-errors.ts';
import { normalDistribution } from '../../../src/stats/normal.ts';
import type { Look } from './callers.ts';

/** A rule on errors: sees one look after the other and says when it would roll back. */
export interface ErrorRule {
  look(look: Look): boolean;
}

/** pawl's own: first errors of callers. */
export function firstErrors(alpha: number, allowed = 1): ErrorRule {
  const steps = new Map<number, { champion: Errors; challenger: Errors }>();
  return {
    look({ share, championErrors, challengerErrors }) {
      let step = steps.get(share);
      if (step === undefined) steps.set(share, (step = { champion: new Errors(), challenger: new Errors() }));
      step.champion.add(championErrors);
      step.challenger.add(challengerErrors);
      const all = [...steps].map(([at, sides]): ErrorStep => ({ kind: 'split', share: at, ...sides }));
      return logEValue(errorEvidence(all, allowed)) >= -Math.log(alpha);
    },
  };
}

class Errors {
  readonly callers = new Set<number>();
  withoutKey = 0;

  add(errors: readonly number[]): void {
    for (const caller of errors) {
      if (caller < 0) this.withoutKey++;
      else this.callers.add(caller);
    }
  }
}

/** How an e-process on errors of requests is fed: after Lindon and Malek, see src/stats/first-errors.ts. */
interface RequestsOptions {
  /** The share that the challenger was meant to have, or the one that it had of the requests. */
  readonly share: 'nominal' | 'realised';
  /** Errors of one caller that count. */
  readonly cap?: number;
  /** All steps as one. */
  readonly pooled?: boolean;
}

export function requestErrors(alpha: number, { share: kind, cap = Infinity, pooled = false }: RequestsOptions): ErrorRule {
  const logs = ratios.map(() => 0);
  const counted = new Map<number, number>();
  const sums = { champion: 0, challenger: 0, championErrors: 0, challengerErrors: 0 };
  const within = (errors: readonly number[]) =>
    errors.filter((caller) => {
      if (caller < 0) return true;
      const before = counted.get(caller) ?? 0;
      counted.set(caller, before + 1);
      return before < cap;
    }).length;
  const add = (champion: number, challenger: number, championErrors: number, challengerErrors: number) => {
    const p = challenger / (champion + challenger);
    if (!(p > 0 && p < 1)) return;
    for (const [i, ratio] of ratios.entries()) {
      const theta = (p * ratio) / (p * ratio + 1 - p);
      const log = challengerErrors * Math.log(theta / p) + championErrors * Math.log((1 - theta) / (1 - p));
      logs[i] = (logs[i] ?? 0) + log;
    }
  };
  return {
    look(look) {
      const errors = [within(look.championErrors), within(look.challengerErrors)] as const;
      const requests =
        kind === 'nominal'
          ? ([1 - look.share, look.share] as const)
          : ([look.championRequests, look.challengerRequests] as const);
      if (!pooled) add(...requests, ...errors);
      else {
        sums.champion += requests[0];
        sums.challenger += requests[1];
        sums.championErrors += errors[0];
        sums.challengerErrors += errors[1];
        logs.fill(0);
        add(sums.champion, sums.challenger, sums.championErrors, sums.challengerErrors);
      }
      return logEValue({ logs }) >= -Math.log(alpha);
    },
  };
}

/** The usual test of two proportions, one-sided, at every look. */
export function zTest(alpha: number): ErrorRule {
  return overSums(({ champion, challenger, championErrors, challengerErrors }) => {
    const pooled = (championErrors + challengerErrors) / (champion + challenger);
    const spread = Math.sqrt(pooled * (1 - pooled) * (1 / champion + 1 / challenger));
    const z = (challengerErrors / challenger - championErrors / champion) / spread;
    return spread > 0 && 1 - normalDistribution(z) < alpha;
  });
}

/** Rolls back once the posterior probability of being worse is above 1 - alpha; Beta(1, 1) priors, both posteriors taken for normal. */
export function bayes(alpha: number): ErrorRule {
  return overSums(({ champion, challenger, championErrors, challengerErrors }) => {
    const posterior = (errors: number, requests: number) => {
      const [a, b] = [errors + 1, requests - errors + 1];
      return { mean: a / (a + b), variance: (a * b) / ((a + b) ** 2 * (a + b + 1)) };
    };
    const [old, own] = [posterior(championErrors, champion), posterior(challengerErrors, challenger)];
    return normalDistribution((own.mean - old.mean) / Math.sqrt(old.variance + own.variance)) > 1 - alpha;
  });
}

interface Sums {
  readonly champion: number;
  readonly challenger: number;
  readonly championErrors: number;
  readonly challengerErrors: number;
}

/** Fewer errors than this are not judged by the usual rules either. */
const enough = 5;

function overSums(rollsBack: (sums: Sums) => boolean): ErrorRule {
  let sums: Sums = { champion: 0, challenger: 0, championErrors: 0, challengerErrors: 0 };
  return {
    look(look) {
      sums = {
        champion: sums.champion + look.championRequests,
        challenger: sums.challenger + look.challengerRequests,
        championErrors: sums.championErrors + look.championErrors.length,
        challengerErrors: sums.challengerErrors + look.challengerErrors.length,
      };
      return sums.challengerErrors + sums.championErrors >= enough && rollsBack(sums);
    },
  };
}
