import { access, appendFile, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TransientError } from '../errors.ts';
import type { RunEvent } from './run-event.ts';

/** Takes events. Both throw TransientError PAWL_LINEAGE_UNAVAILABLE where it cannot just now. */
export interface LineageSink {
  /** Refused is what no repetition gets through. */
  send(event: RunEvent): Promise<'sent' | { readonly refused: string }>;
  /** Tries whether it would take an event, without one. Returns what was seen, in a few words. */
  reach(): Promise<string>;
}

/** How long a receiver may take to answer, ms. */
const patience = 20_000;
/** What the event itself is at fault for; everything else may pass. */
const refusals: readonly number[] = [400, 413, 422];

/**
 * A receiver over HTTP, such as Marquez.
 * @param url with a path, that is where events go; without one, /api/v1/lineage there, as OpenLineage's own clients do it
 */
export function httpSink(url: string, apiKey?: string): LineageSink {
  const target = new URL(url);
  if (target.pathname === '/') target.pathname = '/api/v1/lineage';
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const away = (because: string, cause?: unknown) =>
    new TransientError('PAWL_LINEAGE_UNAVAILABLE', `${target.origin} does not take events: ${because}.`, { cause });
  const ask = async (request: { readonly method: string; readonly body?: string }) => {
    const response = await fetch(target, { ...request, headers, signal: AbortSignal.timeout(patience) }).catch(
      (cause: unknown) => {
        const { code } = ((cause as Error).cause ?? {}) as { code?: string };
        throw away(code ?? (cause as Error).message, cause);
      },
    );
    const said = (await response.text().catch(() => '')).slice(0, 500);
    const { ok, status } = response;
    return { ok, status, said, because: `it answers ${status}${said === '' ? '' : ` (${said})`}` };
  };
  return {
    async send(event) {
      const { ok, status, said, because } = await ask({ method: 'POST', body: JSON.stringify(event) });
      if (ok) return 'sent';
      if (refusals.includes(status)) return { refused: `${target.origin} answers ${status}: ${said}` };
      throw away(because);
    },
    async reach() {
      // OpenLineage knows no question: a path that only takes events answers a GET with 404 or 405, and is there.
      const { status, because } = await ask({ method: 'GET' });
      if (status >= 500 || status === 401 || status === 403) throw away(because);
      return `${target.origin} answers`;
    },
  };
}

/** A file with an event a line. */
export function fileSink(path: string): LineageSink {
  const closed = (cause: unknown) =>
    new TransientError('PAWL_LINEAGE_UNAVAILABLE', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  return {
    async send(event) {
      try {
        await mkdir(dirname(path), { recursive: true });
        await appendFile(path, `${JSON.stringify(event)}\n`);
        return 'sent';
      } catch (cause) {
        throw closed(cause);
      }
    },
    async reach() {
      if ((await stat(path).catch(() => null))?.isDirectory() === true) throw closed(new Error('it is a folder'));
      // What is missing is made with the first event, in the nearest folder that is there.
      for (let place = resolve(path); ; place = dirname(place)) {
        const fault = await access(place, constants.W_OK).then(
          () => null,
          (cause: NodeJS.ErrnoException) => cause,
        );
        if (fault === null) return `${path} can be written`;
        if (fault.code !== 'ENOENT' || place === dirname(place)) throw closed(fault);
      }
    },
  };
}
