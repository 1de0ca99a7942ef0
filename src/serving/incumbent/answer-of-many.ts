import { sortedClasses } from '../../data/class-order.ts';
import type { EndpointAnswer, Found } from './endpoint-answer.ts';

/**
 * What a row's values mean where there are three classes or more: a class by its text, or by its number where classes are numbers; the
 * probabilities of all of them, in ascending order as scikit-learn gives them, or each under the name of its class. Where only
 * probabilities are there, the most probable class is the answer.
 * @param classes in any order
 * @returns a sentence where they mean nothing
 */
export function answerOfMany(found: Found, classes: readonly string[]): EndpointAnswer | string {
  const given = single(found.prediction ?? found.only);
  const probabilities = probabilitiesOf(found.score, classes) ?? probabilitiesOf(given, classes);
  const alone = single(found.score);
  const share = isProbability(alone) ? alone : null;
  if (found.score !== undefined && probabilities === null && share === null)
    return `the score ${shown(found.score)} is no probability, and no list of ${classes.length} of them`;
  const named = classOf(given, classes) ?? (probabilities === null ? null : largest(probabilities));
  if (named === null) return `${shown(given)} is none of ${classes.length} classes, and no list of their probabilities`;
  const prediction = classes[named] ?? '';
  if (probabilities === null) return { score: share ?? 1, prediction, graded: share !== null };
  return { score: probabilities[named] ?? 0, prediction, graded: true, probabilities };
}

function classOf(value: unknown, classes: readonly string[]): number | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const text = String(value).trim();
  const exact = classes.indexOf(text);
  if (exact >= 0) return exact;
  const number = text === '' ? NaN : Number(text);
  const equal = classes.findIndex((name) => name.trim() !== '' && Number(name) === number);
  return equal >= 0 ? equal : null;
}

/** In the order of `classes`; null where the value is not as many probabilities. */
function probabilitiesOf(value: unknown, classes: readonly string[]): number[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) {
    const named = value as Readonly<Record<string, unknown>>;
    const known = Object.keys(named).length === classes.length && classes.every((name) => isProbability(named[name]));
    return known ? classes.map((name) => Number(named[name])) : null;
  }
  const list = value as readonly unknown[];
  if (list.length !== classes.length || !list.every(isProbability)) return null;
  const ascending = sortedClasses(classes);
  return classes.map((name) => Number(list[ascending.indexOf(name)]));
}

function largest(values: readonly number[]): number {
  let top = 0;
  for (const [k, value] of values.entries()) if (value > (values[top] ?? 0)) top = k;
  return top;
}

/** `[x]` is x: a column of one. */
const single = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value);

/** Those of float32 may be beyond 1 by a rounding. */
const isProbability = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1 + 1e-6;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
