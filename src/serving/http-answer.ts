import type { ServerResponse } from 'node:http';
import { FinalError, PawlError } from '../errors.ts';

/** A request whose whole body is there. */
export interface HttpRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** By its name in lower case; null where it was not sent. */
  header(name: string): string | null;
  readonly body: Buffer;
  /** When the whole body was there, monotonic ms: a slow caller is not the version's slowness. */
  readonly arrivedAt: number;
}

export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: JSON.stringify(value), type: 'application/json', headers };
}

/**
 * An error as callers see it: `{ error: { code, message, todo, problems: [{ message, subject?, hint? }] } }`. Of a fault that
 * was not foreseen they see that it happened, and no more.
 */
export function errorAnswer(error: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const known = error instanceof PawlError ? error : new FinalError('PAWL_INTERNAL', 'The request met a fault of the gateway.');
  const { code, message, todo, problems, status } = known;
  const retry: Record<string, string> = status === 503 ? { 'retry-after': '1' } : {};
  return jsonAnswer(status, { error: { code, message, todo, problems } }, { ...retry, ...headers });
}

/** `lastOnConnection`: the caller is told to make its next request on another connection. */
export function send(response: ServerResponse, answer: Answer, lastOnConnection: boolean): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    ...answer.headers,
    ...(lastOnConnection ? { connection: 'close' } : {}),
  });
  response.end(answer.body);
}
