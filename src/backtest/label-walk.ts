import { type ArrivedLabel, arrivedLabels } from '../registry/judged-labels.ts';
import type { Registry } from '../registry/registry.ts';

/** Labels read at a time. */
const page = 10_000;

/** The labels of a model as they came, each once. */
export class LabelWalk {
  readonly #registry: Registry;
  readonly #model: string;
  #seq: number;
  #waiting: ArrivedLabel[] = [];

  /** @param afterSeq the place of the last label that is left out */
  constructor(registry: Registry, model: string, afterSeq: number) {
    this.#registry = registry;
    this.#model = model;
    this.#seq = afterSeq;
  }

  /** The next page, whenever they came; none where there are no more. */
  async next(): Promise<ArrivedLabel[]> {
    const labels = await arrivedLabels(this.#registry, this.#model, this.#seq, page);
    this.#seq = labels.at(-1)?.seq ?? this.#seq;
    return labels;
  }

  /** Those that had come by a time and were not given before. @param time ms since 1970; never less than in the call before */
  async upTo(time: number): Promise<ArrivedLabel[]> {
    const came: ArrivedLabel[] = [];
    for (;;) {
      const later = this.#waiting.findIndex(({ at }) => at > time);
      came.push(...this.#waiting.splice(0, later < 0 ? this.#waiting.length : later));
      if (later >= 0) return came;
      this.#waiting = await this.next();
      if (this.#waiting.length === 0) return came;
    }
  }
}
