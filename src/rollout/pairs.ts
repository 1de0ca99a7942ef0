import type { Task } from '../onnx/signature.ts';
import type { Role } from '../serving/logged-prediction.ts';
import type { Rewards } from '../stats/thompson.ts';
import { correlationTime } from '../stats/correlation-time.ts';
import { ksStatistic } from '../stats/kolmogorov-smirnov.ts';
import { type NumberTerms, plainNumbers } from '../stats/number-losses.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import { type Answer, pairedMetrics } from './paired-metrics.ts';
import type { PairedCounts } from './state.ts';
import type { Worth } from './worth.ts';

/** The oldest requests and labels are forgotten beyond this many each, so that a month's rollout fits in memory. */
const capacity = 200_000;

interface Sides {
  /** ms since 1970 */
  at: number;
  champion?: Answer;
  challenger?: Answer;
  /** By one of the two as the traffic has it; false for an answer that somebody asked a version for. */
  answered?: boolean;
}

interface Pair {
  readonly id: string;
  readonly at: number;
  readonly champion: Answer;
  readonly challenger: Answer;
}

/**
 * What champion and challenger said of the same requests, joined with labels. Rows and labels may come in any order, and more
 * than once: the counts are the same.
 */
export class Pairs {
  readonly #task: Task;
  readonly #champion: number | null;
  readonly #challenger: number;
  readonly #positive: string | null;
  readonly #requests = new Map<string, Sides>();
  readonly #labels = new Map<string, string>();
  readonly #worth: Worth | undefined;
  readonly #terms: NumberTerms;
  /** As last counted; null once there is more to count. */
  #counted: PairedCounts | null = null;

  /**
   * `positive`: the class that F1 is about. Without it, the greater of the two that were seen, as in the contract.
   * `worth`: of answers, where somebody asks for their value.
   * `terms`: what a regression is judged by beside its errors. Of counts a negative label is none.
   */
  constructor(options: {
    task: Task;
    champion: number | null;
    challenger: number;
    positive?: string;
    worth?: Worth | undefined;
    terms?: NumberTerms;
  }) {
    this.#terms = options.terms ?? plainNumbers;
    this.#worth = options.worth;
    this.#task = options.task;
    this.#champion = options.champion;
    this.#challenger = options.challenger;
    this.#positive = options.positive ?? null;
  }

  /** An answer that was logged, by whichever version; those of other versions are passed over. */
  addPrediction(row: { id: string; at: number; version: number; role: Role; score: number; prediction: string | number }): void {
    const side = row.version === this.#champion ? 'champion' : row.version === this.#challenger ? 'challenger' : null;
    if (side === null) return;
    const sides = this.#requests.get(row.id) ?? { at: row.at };
    sides.at = Math.min(sides.at, row.at);
    sides[side] = { score: row.score, prediction: String(row.prediction) };
    sides.answered = sides.answered === true || row.role !== 'shadow';
    remember(this.#requests, row.id, sides);
    this.#counted = null;
  }

  addLabel(predictionId: string, label: string): void {
    remember(this.#labels, predictionId, label);
    this.#counted = null;
  }

  counts(): PairedCounts {
    this.#counted ??= this.#count();
    return this.#counted;
  }

  #count(): PairedCounts {
    const pairs: Pair[] = [];
    for (const [id, { at, champion, challenger }] of this.#requests) {
      if (champion !== undefined && challenger !== undefined) pairs.push({ id, at, champion, challenger });
    }
    pairs.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const labelled = pairs.flatMap(({ id, champion, challenger }) => {
      const label = this.#labels.get(id);
      return label === undefined || (this.#terms.counts && !(Number(label) >= 0)) ? [] : [{ champion, challenger, label }];
    });
    const positive = this.#positiveOf(labelled.flatMap((pair) => [pair.label, pair.champion.prediction]));
    const metrics = pairedMetrics(this.#task, labelled, positive, this.#worth, this.#terms);
    const differ = this.#disagreements(pairs);
    const apart = pairs.map(({ champion, challenger }) => challenger.score - champion.score);
    return {
      pairs: pairs.length,
      disagreements: differ.reduce((sum, one) => sum + one, 0),
      labelled: labelled.length,
      ...metrics,
      alike: { ...metrics.alike, disagreement: correlationTime(differ), score_shift: correlationTime(apart) },
      scoreShift: scoreShift(pairs),
    };
  }

  /**
   * Right and wrong answers of each side whose label is there, paired or not, but for those to callers who asked for a version: who
   * chooses is no sample.
   * @param among `pairs`: of requests that both scored only, where the champion alone answers others beside: its answers to them
   * say nothing of the challenger
   */
  rewards(among: 'all' | 'pairs'): { champion: Rewards; challenger: Rewards } {
    const rewards = { champion: { right: 0, wrong: 0 }, challenger: { right: 0, wrong: 0 } };
    for (const [id, sides] of this.#requests) {
      const label = this.#labels.get(id);
      const paired = sides.champion !== undefined && sides.challenger !== undefined;
      if (label === undefined || sides.answered !== true || (among === 'pairs' && !paired)) continue;
      for (const side of ['champion', 'challenger'] as const) {
        const answer = sides[side];
        if (answer !== undefined) rewards[side][answer.prediction === label ? 'right' : 'wrong']++;
      }
    }
    return rewards;
  }

  /** Of many classes none is the positive one, also while no more than two of them have been seen. */
  #positiveOf(seen: readonly string[]): string | null {
    return this.#task === 'multiclass-classification' ? null : (this.#positive ?? greaterClass(seen));
  }

  /** 1 where the two disagree. Classification: different answers. Regression: further apart than one standard deviation of the champion's scores. */
  #disagreements(pairs: readonly Pair[]): number[] {
    if (this.#task !== 'regression') {
      return pairs.map(({ champion, challenger }) => Number(champion.prediction !== challenger.prediction));
    }
    const spread = standardDeviation(summarise(pairs.map(({ champion }) => champion.score)));
    return pairs.map(({ champion, challenger }) => Number(Math.abs(champion.score - challenger.score) > spread));
  }
}

/** The largest distance between the distribution functions of both sides' scores (Kolmogorov, Smirnov); null without a pair. */
function scoreShift(pairs: readonly Pair[]): number | null {
  if (pairs.length === 0) return null;
  const scores = (side: 'champion' | 'challenger') => Float64Array.from(pairs, (pair) => pair[side].score).sort();
  return ksStatistic(scores('champion'), scores('challenger'));
}

/** Of exactly two classes the greater, by number where both are numbers; null where more or fewer were seen. */
function greaterClass(seen: readonly string[]): string | null {
  const [a, b, ...others] = new Set(seen);
  if (a === undefined || b === undefined || others.length > 0) return null;
  const byNumber = Number(a) - Number(b);
  return (Number.isNaN(byNumber) ? a > b : byNumber > 0) ? a : b;
}

function remember<Value>(memory: Map<string, Value>, id: string, value: Value): void {
  memory.set(id, value);
  if (memory.size <= capacity) return;
  const oldest = memory.keys().next().value;
  if (oldest !== undefined) memory.delete(oldest);
}
