import { FinalError, type Problem } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import type { ParsedRow } from './row-parsing.ts';

export interface Scored {
  /** The probability of the positive class, of many classes that of the predicted one, or the value. Finite. */
  readonly score: number;
  /** The class; for regression the value. */
  readonly prediction: string | number;
  /** Of each class, in the order of the signature's: where there are more than two, and the version gives them. */
  readonly probabilities?: ArrayLike<number>;
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

/**
 * Scores as answers.
 * @param scores one a row; of many classes one for each of them, row by row
 * @param from the first row
 * @throws FinalError PAWL_PREDICTION_FAILED where one of them is no finite number
 */
export function answersOf(signature: ModelSignature, scores: ArrayLike<number>, from: number, rows: number): Scored[] {
  const { task, classes, threshold } = signature;
  if (task === 'multiclass-classification') return answersOfMany(classes ?? [], scores, from, rows);
  const answers: Scored[] = [];
  for (let i = from; i < from + rows; i++) {
    const score = scores[i] ?? NaN;
    if (!Number.isFinite(score)) throw noNumber();
    answers.push({ score, prediction: classes === null ? score : (classes[score >= (threshold ?? 0.5) ? 1 : 0] as string) });
  }
  return answers;
}

/** The most probable class of each row; of equal ones the first. */
function answersOfMany(classes: readonly string[], scores: ArrayLike<number>, from: number, rows: number): Scored[] {
  const answers: Scored[] = [];
  for (let row = from; row < from + rows; row++) {
    const probabilities = new Float32Array(classes.length);
    let top = 0;
    for (let k = 0; k < classes.length; k++) {
      const probability = scores[row * classes.length + k] ?? NaN;
      if (!Number.isFinite(probability)) throw noNumber();
      probabilities[k] = probability;
      if (probability > (probabilities[top] as number)) top = k;
    }
    answers.push({ score: probabilities[top] as number, prediction: classes[top] as string, probabilities });
  }
  return answers;
}

const noNumber = () => new FinalError('PAWL_PREDICTION_FAILED', 'The version returned a score that is no finite number.');
