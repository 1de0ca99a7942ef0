import { FinalError, type Problem } from '../errors.ts';

export interface PredictRequest {
  readonly rows: readonly unknown[];
  /** One for each row; null where the gateway is to make them. */
  readonly ids: readonly string[] | null;
  /** The caller's key, by which it stays on one side of a rollout; null where it gave none. */
  readonly key: string | null;
}

/** Longest id or key that is taken. */
export const longestId = 200;

const known = ['row', 'id', 'rows', 'ids', 'key'];

/**
 * The body of a predict request: `{ row, id?, key? }` or `{ rows, ids?, key? }`. The key of the body goes before that of the header.
 * @throws FinalError PAWL_REQUEST_INVALID with every problem
 */
export function parsePredictRequest(body: unknown, headerKey: string | null): PredictRequest {
  const problems: Problem[] = [];
  const tell = (subject: string, message: string, hint?: string) =>
    problems.push({ subject, message, ...(hint === undefined ? {} : { hint }) });
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FinalError('PAWL_REQUEST_INVALID', 'The body is not a JSON object.', {
      problems: [{ message: 'The body is a JSON object.', hint: '{ "row": { ... } } or { "rows": [ { ... } ] }' }],
    });
  }
  const request = body as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(request))
    if (!known.includes(name)) tell(name, `${name} is unknown.`, `known are ${known.join(', ')}`);

  const { row, rows, id, ids, key } = request;
  let all: readonly unknown[] = [];
  if (row !== undefined && rows !== undefined) tell('rows', 'Both row and rows are there.', 'send one of them');
  else if (row !== undefined) all = [row];
  else if (!Array.isArray(rows)) tell('rows', 'There are no rows.', 'row for one, rows for a list');
  else if (rows.length === 0) tell('rows', 'rows is empty.');
  else all = rows;

  let allIds: readonly string[] | null = null;
  if (id !== undefined && (ids !== undefined || row === undefined)) tell('id', 'id goes with row.', 'ids goes with rows');
  else if (ids !== undefined && rows === undefined) tell('ids', 'ids goes with rows.', 'id goes with row');
  else if (id !== undefined) {
    if (isName(id)) allIds = [id];
    else tell('id', `id is text of 1 to ${longestId} printable characters.`);
  } else if (ids !== undefined) {
    if (!Array.isArray(ids) || !ids.every(isName))
      tell('ids', `ids is a list of texts of 1 to ${longestId} printable characters.`);
    else if (ids.length !== all.length) tell('ids', `There are ${ids.length} ids for ${all.length} rows.`);
    else if (new Set(ids).size !== ids.length) tell('ids', 'An id occurs twice.');
    else allIds = ids;
  }

  if (key !== undefined && key !== null && !isName(key)) tell('key', `key is text of 1 to ${longestId} printable characters.`);
  if (headerKey !== null && !isName(headerKey))
    tell('x-pawl-key', `x-pawl-key is text of 1 to ${longestId} printable characters.`);
  if (problems.length > 0) throw new FinalError('PAWL_REQUEST_INVALID', 'The request is not one for predictions.', { problems });
  return { rows: all, ids: allIds, key: isName(key) ? key : headerKey };
}

/** Control characters are kept out: they would not survive every place that an id goes to. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= longestId && !/\p{Cc}/u.test(value);
}
