import { FinalError, type Problem } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import type { SpooledLabel } from './feedback-spool.ts';
import { isName, longestId } from './predict-request.ts';

const mostProblems = 100;
/** The years 1 to 9999, which every calendar and database takes. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const form = '{ "id": "...", "label": ... } or { "labels": [ { "id", "label", "at"? } ] }';

/**
 * The body of feedback. A label is text, a number or true/false and becomes text; `at` is ISO 8601 or ms since 1970, by
 * default `now`. With the champion's `signature` at hand the label has to be one of its classes, or a number for regression.
 * @throws FinalError PAWL_REQUEST_INVALID with every problem
 */
export function parseFeedback(model: string, body: unknown, signature: ModelSignature | null, now: number): SpooledLabel[] {
  const problems: Problem[] = [];
  const labels = listOf(body).map((entry, i) => parseLabel(entry, i + 1));
  if (problems.length > 0) {
    throw new FinalError('PAWL_REQUEST_INVALID', 'The request is not one for feedback; no label was accepted.', {
      problems: problems.slice(0, mostProblems),
    });
  }
  return labels;

  function parseLabel(entry: unknown, position: number): SpooledLabel {
    const tell = (subject: string, message: string, hint?: string) =>
      problems.push({ subject, message: `Label ${position}: ${message}`, ...(hint === undefined ? {} : { hint }) });
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      tell('labels', 'is no object.', form);
      return { model, predictionId: '', label: '', observedAt: now };
    }
    const { id, label, at, ...rest } = entry as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(rest)) tell(name, `${name} is unknown.`, form);
    if (!isName(id)) tell('id', `id is text of 1 to ${longestId} printable characters.`);
    const text = typeof label === 'string' || typeof label === 'boolean' || Number.isFinite(label) ? String(label) : '';
    if (!isName(text)) tell('label', `label is text of 1 to ${longestId} printable characters, a finite number, true or false.`);
    else if (signature?.classes && !signature.classes.includes(text))
      tell('label', `${text.slice(0, 80)} is no class.`, classesText(signature.classes));
    else if (signature?.task === 'regression' && !Number.isFinite(Number(text)))
      tell('label', `${text.slice(0, 80)} is no number.`);
    const observedAt =
      at === undefined || at === null ? now : typeof at === 'string' || typeof at === 'number' ? new Date(at).getTime() : NaN;
    if (!(observedAt >= earliest && observedAt <= latest)) tell('at', 'at is no time.', 'ISO 8601, or milliseconds since 1970');
    return { model, predictionId: String(id), label: text, observedAt };
  }
}

/**
 * What a caller is told of labels that were accepted: how many, and how many of them contradict another of the same request. The
 * first of a prediction stands; what contradicts a label of an earlier request is found out when the registry has it.
 */
export function acceptance(labels: readonly SpooledLabel[]): { readonly accepted: number; readonly conflicting?: number } {
  const first = new Map<string, string>();
  let conflicting = 0;
  for (const { predictionId, label } of labels) {
    const stands = first.get(predictionId);
    if (stands === undefined) first.set(predictionId, label);
    else if (stands !== label) conflicting++;
  }
  return { accepted: labels.length, ...(conflicting === 0 ? {} : { conflicting }) };
}

function refuse(message: string): FinalError {
  return new FinalError('PAWL_REQUEST_INVALID', message, { problems: [{ message, hint: form }] });
}

function listOf(body: unknown): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refuse('The body is not a JSON object.');
  if (!('labels' in body)) return [body];
  if (Object.keys(body).length > 1) throw refuse('Beside labels there is something else.');
  if (!Array.isArray(body.labels) || body.labels.length === 0) throw refuse('labels is a list of at least one.');
  return body.labels;
}

/** Those that one may read through. */
function classesText(classes: readonly string[]): string {
  const shown = classes.slice(0, 20).join(' or ');
  return classes.length > 20 ? `${shown} or one of ${classes.length - 20} more` : shown;
}
