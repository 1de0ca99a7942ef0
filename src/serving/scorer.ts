import { FinalError, type Problem } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import type { ParsedRow } from './row-parsing.ts';

export interface Scored {
  /** The probability of the positive class, or the value. Finite. */
  readonly score: number;
  /** The class; for regression the value. */
  readonly prediction: string | number;
}

/** What a version has cost so far in this process. */
export interface Cost {
  /** Processor time of scoring, ms. */
  readonly cpuMs: number;
  /** Rows scored in it. */
  readonly rows: number;
  /** Memory that the version holds, bytes: what the process grew by when it was loaded, at least the artifact. */
  readonly memoryBytes: number;
}

/** One loaded version that answers. */
export interface Scorer {
  readonly signature: ModelSignature;
  /** True where an answer is there within one turn of the event loop: it cannot be late by itself. */
  readonly immediate: boolean;
  /** The row as the model takes it; null where it has mistakes, each of them then added to `problems`. */
  parse(row: unknown, problems: Problem[]): ParsedRow | null;
  /** Answers in the order of the rows. @throws FinalError PAWL_PREDICTION_FAILED; TransientError PAWL_OVERLOADED */
  score(rows: readonly ParsedRow[]): Promise<Scored[]>;
  cost(): Cost;
  /** Waits for what is being scored, then frees the model. */
  release(): Promise<void>;
}

/** Scores as answers. @throws FinalError PAWL_PREDICTION_FAILED where one of them is no finite number */
export function answersOf(signature: ModelSignature, scores: ArrayLike<number>, from: number, rows: number): Scored[] {
  const { classes, threshold } = signature;
  const answers: Scored[] = [];
  for (let i = from; i < from + rows; i++) {
    const score = scores[i] ?? NaN;
    if (!Number.isFinite(score))
      throw new FinalError('PAWL_PREDICTION_FAILED', 'The version returned a score that is no finite number.');
    answers.push({ score, prediction: classes === null ? score : classes[score >= (threshold ?? 0.5) ? 1 : 0] });
  }
  return answers;
}
