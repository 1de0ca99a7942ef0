import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TransientError } from '../errors.ts';
import type { RunEvent } from './run-event.ts';

/** Takes events. Refused is what no repetition gets through. @throws TransientError PAWL_LINEAGE_UNAVAILABLE */
export type LineageSink = (event: RunEvent) => Promise<'sent' | { readonly refused: string }>;

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
  return async (event) => {
    const away = (because: string, cause?: unknown) =>
      new TransientError('PAWL_LINEAGE_UNAVAILABLE', `${target.origin} does not take events: ${because}.`, { cause });
    const response = await fetch(target, {
      method: 'POST',
      headers,
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(patience),
    }).catch((cause: unknown) => {
      const { code } = ((cause as Error).cause ?? {}) as { code?: string };
      throw away(code ?? (cause as Error).message, cause);
    });
    const said = (await response.text().catch(() => '')).slice(0, 500);
    if (response.ok) return 'sent';
    if (refusals.includes(response.status)) return { refused: `${target.origin} answers ${response.status}: ${said}` };
    throw away(`it answers ${response.status}${said === '' ? '' : ` (${said})`}`);
  };
}

/** A file with an event a line. */
export function fileSink(path: string): LineageSink {
  return async (event) => {
    try {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${JSON.stringify(event)}\n`);
      return 'sent';
    } catch (cause) {
      throw new TransientError('PAWL_LINEAGE_UNAVAILABLE', `${path} cannot be written: ${(cause as Error).message}`, { cause });
    }
  };
}
