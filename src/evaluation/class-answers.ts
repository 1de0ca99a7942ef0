import { topClasses } from '../onnx/top-class.ts';
import type { Answers } from './answers.ts';

/** What stands for a class that the rows do not know: it is never right. */
const noClass = 255;

/**
 * The answers of a model of many classes on rows that may know others: a class that the model does not know is never its answer, and an
 * answer that the rows do not know is never right.
 * @param scores a probability for each of the model's classes, row by row
 * @param own the model's classes
 * @param classes those of the rows, in the order of their labels
 */
export function answersOfClasses(scores: ArrayLike<number>, own: readonly string[], classes: readonly string[]): Answers {
  const rows = scores.length / own.length;
  const place = own.map((one) => classes.indexOf(one));
  const top = topClasses(scores, own.length);
  const probabilities = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < own.length; k++) {
      const at = place[k] as number;
      if (at >= 0) probabilities[row * classes.length + at] = scores[row * own.length + k] as number;
    }
  }
  const call = Uint8Array.from(top.classes, (k) => ((place[k] as number) < 0 ? noClass : (place[k] as number)));
  return { score: top.probabilities, call, graded: true, many: { classes: classes.length, probabilities } };
}

/** The answers of somebody who names a class of each row, and no probabilities. */
export function answersOfNamed(named: readonly string[], classes: readonly string[]): Answers {
  const call = Uint8Array.from(named, (one) => (classes.includes(one) ? classes.indexOf(one) : noClass));
  const probabilities = new Float64Array(named.length * classes.length);
  for (const [row, k] of call.entries()) if (k !== noClass) probabilities[row * classes.length + k] = 1;
  return {
    score: new Float64Array(named.length).fill(1),
    call,
    graded: false,
    many: { classes: classes.length, probabilities },
  };
}

/** One class against all others: labels and answers as of a binary classification in which it is the positive class. */
export function oneAgainstOthers(
  label: ArrayLike<number>,
  answers: Answers,
  one: number,
): { readonly label: Float64Array; readonly answers: Answers } {
  const { call, many, graded } = answers;
  const is = Float64Array.from({ length: label.length }, (_, row) => (label[row] === one ? 1 : 0));
  if (call === null || many === undefined) return { label: is, answers };
  const score = is.map((_, row) => many.probabilities[row * many.classes + one] ?? NaN);
  return { label: is, answers: { score, call: call.map((k) => (k === one ? 1 : 0)), graded } };
}
