import { comesBefore } from '../../data/class-order.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import type { Scored } from '../scorer.ts';
import { answerOfMany } from './answer-of-many.ts';

/** What an endpoint said of one row. */
export interface EndpointAnswer extends Scored {
  /** False where it named a class and no probability: the score is then 1 or 0. */
  readonly graded: boolean;
}

/** What was found in an answer for one row, whatever it means; undefined where it was not there. */
export interface Found {
  /** Named as a probability or score. */
  readonly score?: unknown;
  /** Named as a prediction, class or label. */
  readonly prediction?: unknown;
  /** The only value there. */
  readonly only?: unknown;
}

/**
 * What a row's values mean; a sentence where they mean nothing.
 *
 * Regression: a number. Binary classification: a class by its text; the probability of the positive class, or those of both
 * classes in ascending order of the classes, as scikit-learn gives them; true and 1 for the positive class, false and 0 for the
 * other, where that is no class's text. A value that is a class's text is that class, also where it could be a probability.
 * Three classes or more: see `answerOfMany`.
 */
export function answerOf(found: Found, signature: ModelSignature): EndpointAnswer | string {
  const { classes } = signature;
  if (classes === null) {
    const value = single(found.score ?? found.prediction ?? found.only);
    return isNumber(value) ? { score: value, prediction: value, graded: true } : `${shown(value)} is no finite number`;
  }
  if (signature.task === 'multiclass-classification') return answerOfMany(found, classes);
  const [negative, positive] = classes;
  if (negative === undefined || positive === undefined) return 'the endpoint is said to tell no two classes apart';
  return ofTwo(found, [negative, positive], signature.threshold ?? 0.5);
}

function ofTwo(found: Found, classes: readonly [string, string], threshold: number): EndpointAnswer | string {
  const given = found.prediction ?? found.only;
  const probability = probabilityOf(found.score, classes);
  if (found.score !== undefined && probability === null) return `the score ${shown(found.score)} is no probability`;
  const named = given === undefined ? null : classOf(single(given), classes);
  if (named !== null) return { score: probability ?? named, prediction: classes[named], graded: probability !== null };
  const score = probability ?? probabilityOf(given, classes);
  if (score === null) return `${shown(given)} is neither ${classes[0]} nor ${classes[1]} nor a probability`;
  return { score, prediction: classes[score >= threshold ? 1 : 0], graded: true };
}

/** 0 or 1: the place of the class that a value names; null where it names none. */
function classOf(value: unknown, classes: readonly [string, string]): 0 | 1 | null {
  const text =
    typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
  if (text === null) return null;
  for (const place of [0, 1] as const) if (text === classes[place]) return place;
  for (const place of [0, 1] as const) if (text !== '' && Number(text) === Number(classes[place] || NaN)) return place;
  if (value === 1 || value === true) return 1;
  return value === 0 || value === false ? 0 : null;
}

/** The probability of the positive class; null where the value is none. */
function probabilityOf(value: unknown, classes: readonly [string, string]): number | null {
  if (Array.isArray(value) && value.length === 2) {
    return probabilityOf(value[comesBefore(...classes) ? 1 : 0], classes);
  }
  const one = single(value);
  return isNumber(one) && one >= 0 && one <= 1 ? one : null;
}

/** `[x]` is x: a column of one. */
const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const scores = ['score', 'probability', 'probabilities', 'output_probability', 'predict_proba'];
const predictions = ['prediction', 'predictions', 'predict', 'label', 'output_label', 'class'];

/** Whether an output's name says that it is a score, or a prediction. */
export const meansAnswer = (name: string): boolean => scores.includes(name) || predictions.includes(name);

/**
 * The value under a name that says score or prediction, and the only one where neither is there.
 * @param many of three classes or more: the probabilities of all say more than the score of one
 */
export function findByName(named: ReadonlyMap<string, unknown>, many = false): Found {
  const first = (names: readonly string[]) => named.get(names.find((name) => named.has(name)) ?? '') ?? undefined;
  const [score, prediction] = [first(many ? [...scores.slice(2), ...scores] : scores), first(predictions)];
  if (score === undefined && prediction === undefined && named.size === 1) return { only: [...named.values()][0] };
  return { ...(score === undefined ? {} : { score }), ...(prediction === undefined ? {} : { prediction }) };
}
