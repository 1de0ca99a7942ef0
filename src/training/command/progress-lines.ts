import type { TrainingProgress } from '../trainer.ts';

/** What is kept of what a command prints, characters: the end of it, for the error that it may lead to. */
const tailLength = 4000;
/** A line that is longer is no word on progress, characters. */
const longestLine = 1000;

/**
 * Reads what a command prints on both streams. A line of stdout that is a JSON object with `phase`, `done` and `total` is its progress;
 * of all else the end is kept. However much is printed, memory stays at a few kilobytes.
 */
export class PrintedLines {
  #tail = '';
  #line = '';
  #overlong = false;
  readonly #onProgress: (progress: TrainingProgress) => void;

  constructor(onProgress: (progress: TrainingProgress) => void) {
    this.#onProgress = onProgress;
  }

  /** The end of what was printed beside progress. */
  get tail(): string {
    return this.#tail.trim();
  }

  /** @param text of stderr */
  complaint(text: string): void {
    this.#keep(text);
  }

  /** @param text of stdout, cut anywhere */
  output(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#add(text.slice(start, Math.min(end, start + longestLine + 1)));
      this.#end();
      start = end + 1;
    }
    this.#add(text.slice(start, start + longestLine + 1));
  }

  #add(part: string): void {
    if (this.#overlong) return;
    this.#line += part;
    this.#overlong = this.#line.length > longestLine;
  }

  #end(): void {
    const progress = this.#overlong ? null : progressOf(this.#line);
    if (progress === null) this.#keep(`${this.#line}\n`);
    else this.#onProgress(progress);
    this.#line = '';
    this.#overlong = false;
  }

  #keep(text: string): void {
    this.#tail = (this.#tail + text.slice(-tailLength)).slice(-tailLength);
  }
}

function progressOf(line: string): TrainingProgress | null {
  if (!line.startsWith('{')) return null;
  try {
    const { phase, done, total } = JSON.parse(line) as Record<string, unknown>;
    if (typeof phase !== 'string' || typeof done !== 'number' || typeof total !== 'number') return null;
    return phase.length <= 100 && done >= 0 && total >= 0 ? { phase, done, total } : null;
  } catch {
    return null;
  }
}
