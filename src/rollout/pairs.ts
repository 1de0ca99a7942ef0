import { computeMetrics } from '../evaluation/metrics.ts';
import type { Task } from '../onnx/signature.ts';
import type { PairedCounts } from './state.ts';

/** The oldest pairs are forgotten beyond this many, so that a month's rollout fits in memory. */
const capacity = 200_000;

interface Pair {
  champion?: { score: number; prediction: string };
  challenger?: { score: number; prediction: string };
}

/** What champion and challenger said of the same requests, joined with labels in whatever order both arrive. */
export class Pairs {
  readonly #task: Task;
  readonly #champion: number | null;
  readonly #challenger: number;
  readonly #positive: string | null;
  readonly #pairs = new Map<string, Pair>();
  readonly #labels = new Map<string, string>();

  /** `positive`: the class whose probability a score is; needed for F1 only. */
  constructor(options: { task: Task; champion: number | null; challenger: number; positive?: string }) {
    this.#task = options.task;
    this.#champion = options.champion;
    this.#challenger = options.challenger;
    this.#positive = options.positive ?? null;
  }

  addPrediction(row: { id: string; version: number; score: number; prediction: string | number }): void {
    const side = row.version === this.#champion ? 'champion' : row.version === this.#challenger ? 'challenger' : null;
    if (side === null) return;
    const pair = this.#pairs.get(row.id) ?? {};
    pair[side] = { score: row.score, prediction: String(row.prediction) };
    this.#pairs.set(row.id, pair);
    if (this.#pairs.size > capacity) {
      const oldest = this.#pairs.keys().next().value;
      if (oldest !== undefined) {
        this.#pairs.delete(oldest);
        this.#labels.delete(oldest);
      }
    }
  }

  addLabel(predictionId: string, label: string): void {
    this.#labels.set(predictionId, label);
  }

  counts(): PairedCounts {
    const complete: { id: string; champion: Required<Pair>['champion']; challenger: Required<Pair>['challenger'] }[] = [];
    for (const [id, { champion, challenger }] of this.#pairs) {
      if (champion !== undefined && challenger !== undefined) complete.push({ id, champion, challenger });
    }
    const disagreements = this.#disagreements(complete);
    const labelled = complete.filter((pair) => this.#labels.has(pair.id));
    const metrics = (side: 'champion' | 'challenger') =>
      labelled.length === 0
        ? {}
        : this.#task === 'regression'
          ? computeMetrics(
              'regression',
              Float64Array.from(labelled, (pair) => Number(this.#labels.get(pair.id))),
              Float32Array.from(labelled, (pair) => pair[side].score),
              0,
            )
          : this.#classified(labelled.map((pair) => [pair[side].prediction, this.#labels.get(pair.id) ?? '']));
    return {
      pairs: complete.length,
      disagreements,
      labelled: labelled.length,
      champion: metrics('champion'),
      challenger: metrics('challenger'),
    };
  }

  /** Classification: different answers. Regression: further apart than one standard deviation of the champion's scores. */
  #disagreements(
    pairs: readonly { champion: { score: number; prediction: string }; challenger: { score: number; prediction: string } }[],
  ): number {
    if (this.#task !== 'regression')
      return pairs.filter((pair) => pair.champion.prediction !== pair.challenger.prediction).length;
    const mean = pairs.reduce((sum, pair) => sum + pair.champion.score, 0) / Math.max(1, pairs.length);
    const sd = Math.sqrt(pairs.reduce((sum, pair) => sum + (pair.champion.score - mean) ** 2, 0) / Math.max(1, pairs.length));
    return pairs.filter((pair) => Math.abs(pair.champion.score - pair.challenger.score) > sd).length;
  }

  #classified(answers: readonly (readonly [prediction: string, label: string])[]): Record<string, number> {
    const right = answers.filter(([prediction, label]) => prediction === label).length;
    const accuracy = right / answers.length;
    if (this.#positive === null) return { accuracy };
    const truePositive = answers.filter(([prediction, label]) => prediction === label && label === this.#positive).length;
    const predicted = answers.filter(([prediction]) => prediction === this.#positive).length;
    const actual = answers.filter(([, label]) => label === this.#positive).length;
    return {
      accuracy,
      precision: predicted === 0 ? 0 : truePositive / predicted,
      recall: actual === 0 ? 0 : truePositive / actual,
      f1: predicted + actual === 0 ? 0 : (2 * truePositive) / (predicted + actual),
    };
  }
}
