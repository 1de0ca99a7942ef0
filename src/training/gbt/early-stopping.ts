import type { Loss, Scores } from './loss.ts';

/** Watches the loss on rows that no tree learns from, and says when more trees do not help any more. */
export class EarlyStopping {
  readonly #loss: Loss;
  readonly #from: number;
  readonly #rows: number;
  readonly #patience: number;
  #best = Infinity;
  #bestRound = 0;
  #round = 0;

  /**
   * @param from the first row that is only looked at; all up to `rows` are
   * @param patience rounds without a smaller loss, after which it ends
   */
  constructor(loss: Loss, from: number, rows: number, patience: number) {
    this.#loss = loss;
    this.#from = from;
    this.#rows = rows;
    this.#patience = patience;
  }

  /** After every round. */
  look(scores: Scores): void {
    this.#round++;
    const loss = this.#loss.mean(scores, this.#from, this.#rows);
    if (loss >= this.#best) return;
    this.#best = loss;
    this.#bestRound = this.#round;
  }

  get isOver(): boolean {
    return this.#round - this.#bestRound >= this.#patience;
  }

  /** Rounds up to the smallest loss. */
  get bestRound(): number {
    return this.#bestRound;
  }
}
