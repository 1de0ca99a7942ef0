import { FinalError, type Problem } from '../errors.ts';

export interface PredictRequest {
  readonly rows: readonly unknown[];
  /** One for each row; null where the gateway is to make them. */
  readonly ids: readonly string[] | null;
  /** The caller's key, by which it stays on one side of a rollout; null where it gave none. */
  readonly key: string | null;
  /** The group that the caller belongs to, for rollouts to some groups only; null where it gave none. */
  readonly segment: string | null;
  /** The version asked for; null where the traffic decides. */
  readonly version: number | null;
  /** False where the caller opted out of experiments. */
  readonly experiment: boolean;
}

/** What a caller says of itself beside the rows: its headers as they were sent, null where one was not. */
export interface CallerHeaders {
  readonly key: string | null;
  readonly segment: string | null;
  readonly version: string | null;
  readonly experiment: string | null;
}

/** The headers of a request that concern predictions. `header`: by its name in lower case. */
export function callerHeaders(header: (name: string) => string | null): CallerHeaders {
  return {
    key: header('x-pawl-key'),
    segment: header('x-pawl-segment'),
    version: header('x-pawl-version'),
    experiment: header('x-pawl-experiment'),
  };
}

/** Longest id, key or segment that is taken. */
export const longestId = 200;

const known = ['row', 'id', 'rows', 'ids', 'key', 'segment'];
const aName = `text of 1 to ${longestId} printable characters`;

type Tell = (subject: string, message: string, hint?: string) => void;

/**
 * The body of a predict request: `{ row, id?, key?, segment? }` or `{ rows, ids?, key?, segment? }`. Key and segment of the body go
 * before those of the headers.
 * @throws FinalError PAWL_REQUEST_INVALID with every problem
 */
export function parsePredictRequest(body: unknown, headers: CallerHeaders): PredictRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FinalError('PAWL_REQUEST_INVALID', 'The body is not a JSON object.', {
      problems: [{ message: 'The body is a JSON object.', hint: '{ "row": { ... } } or { "rows": [ { ... } ] }' }],
    });
  }
  const request = body as Readonly<Record<string, unknown>>;
  const problems: Problem[] = [];
  const tell: Tell = (subject, message, hint) => problems.push({ subject, message, ...(hint === undefined ? {} : { hint }) });
  for (const name of Object.keys(request))
    if (!known.includes(name)) tell(name, `${name} is unknown.`, `known are ${known.join(', ')}`);
  const rows = rowsOf(request, tell);
  const ids = idsOf(request, rows.length, tell);
  for (const name of ['key', 'segment'] as const) {
    const value = request[name];
    if (value !== undefined && value !== null && !isName(value)) tell(name, `${name} is ${aName}.`);
  }
  const caller = parseHeaders(headers, tell);
  refuse(problems);
  const { key, segment } = request;
  return { rows, ids, ...caller, key: isName(key) ? key : caller.key, segment: isName(segment) ? segment : caller.segment };
}

/**
 * A predict request of one row, of which the body said nothing else.
 * @throws FinalError PAWL_REQUEST_INVALID with every problem of the headers
 */
export function plainRequest(row: unknown, headers: CallerHeaders): PredictRequest {
  const problems: Problem[] = [];
  const caller = parseHeaders(headers, (subject, message, hint) =>
    problems.push({ subject, message, ...(hint === undefined ? {} : { hint }) }),
  );
  refuse(problems);
  return { rows: [row], ids: null, ...caller };
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new FinalError('PAWL_REQUEST_INVALID', 'The request is not one for predictions.', { problems });
}

/** The headers, checked; each mistake goes to `tell`. */
export function parseHeaders(
  headers: CallerHeaders,
  tell: Tell,
): Pick<PredictRequest, 'key' | 'segment' | 'version' | 'experiment'> {
  const { key, segment, version, experiment } = headers;
  if (key !== null && !isName(key)) tell('x-pawl-key', `x-pawl-key is ${aName}.`);
  if (segment !== null && !isName(segment)) tell('x-pawl-segment', `x-pawl-segment is ${aName}.`);
  if (version !== null && !/^v?[1-9]\d{0,8}$/.test(version))
    tell('x-pawl-version', 'x-pawl-version is the number of a version.', 'such as 3');
  if (experiment !== null && experiment !== 'off') tell('x-pawl-experiment', 'x-pawl-experiment is off, or is not sent.');
  const asked = version === null ? null : Number(version.replace('v', ''));
  return { key, segment, version: asked, experiment: experiment === null };
}

function rowsOf({ row, rows }: Readonly<Record<string, unknown>>, tell: Tell): readonly unknown[] {
  if (row !== undefined && rows !== undefined) tell('rows', 'Both row and rows are there.', 'send one of them');
  else if (row !== undefined) return [row];
  else if (!Array.isArray(rows)) tell('rows', 'There are no rows.', 'row for one, rows for a list');
  else if (rows.length === 0) tell('rows', 'rows is empty.');
  else return rows;
  return [];
}

function idsOf({ row, rows, id, ids }: Readonly<Record<string, unknown>>, count: number, tell: Tell): readonly string[] | null {
  if (id === undefined && ids === undefined) return null;
  if (id !== undefined && (ids !== undefined || row === undefined)) tell('id', 'id goes with row.', 'ids goes with rows');
  else if (ids !== undefined && rows === undefined) tell('ids', 'ids goes with rows.', 'id goes with row');
  else if (id !== undefined) {
    if (isName(id)) return [id];
    tell('id', `id is ${aName}.`);
  } else if (!Array.isArray(ids) || !ids.every(isName)) tell('ids', `ids is a list, each ${aName}.`);
  else if (ids.length !== count) tell('ids', `There are ${ids.length} ids for ${count} rows.`);
  else if (new Set(ids).size !== ids.length) tell('ids', 'An id occurs twice.');
  else return ids;
  return null;
}

/** Control characters are kept out: they would not survive every place that an id goes to. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= longestId && !/\p{Cc}/u.test(value);
}
