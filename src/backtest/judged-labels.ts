import type { ArrivedLabel } from '../registry/judged-labels.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { answersTo, type JudgedPrediction } from '../watch/judge-labels.ts';
import type { LabelWalk } from './label-walk.ts';

/** The labels that came between two moments. */
export interface LabelsBetween {
  /** Those whose prediction is in the log, in the order in which they came. */
  readonly judged: readonly JudgedPrediction[];
  /** All of them. */
  readonly arrived: readonly ArrivedLabel[];
}

interface Looked {
  readonly label: ArrivedLabel;
  /** Undefined where its prediction is not in the log. */
  readonly answers: JudgedPrediction['answers'] | undefined;
}

/**
 * The labels of a model as they came, joined with what versions had said. They are looked up a page at a time, ahead of their time: to
 * look for a few costs as much as to look for many.
 */
export class JudgedLabels {
  readonly #store: ObjectStore;
  readonly #model: string;
  readonly #labels: Pick<LabelWalk, 'next'>;
  #waiting: Looked[] = [];

  constructor(store: ObjectStore, model: string, labels: Pick<LabelWalk, 'next'>) {
    this.#store = store;
    this.#model = model;
    this.#labels = labels;
  }

  /** Those that had come by a time and were not given before. @param time ms since 1970; never less than in the call before */
  async upTo(time: number): Promise<LabelsBetween> {
    const came: Looked[] = [];
    for (;;) {
      const later = this.#waiting.findIndex(({ label }) => label.at > time);
      came.push(...this.#waiting.splice(0, later < 0 ? this.#waiting.length : later));
      if (later >= 0) break;
      const labels = await this.#labels.next();
      if (labels.length === 0) break;
      const answers = await answersTo(this.#store, this.#model, labels);
      this.#waiting = labels.map((label) => ({ label, answers: answers.get(label.predictionId) }));
    }
    return {
      arrived: came.map(({ label }) => label),
      judged: came.flatMap(({ label: { label }, answers }) => (answers === undefined ? [] : [{ label, answers }])),
    };
  }
}
