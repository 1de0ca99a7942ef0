import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './run.ts';
import type { Way, Workplace } from './program.ts';

/** How long a server may stay silent, ms. Out of reach must show quickly: a build is the next way to try. */
const silenceLimitMs = 20_000;

/** Downloads a .tar.gz (or .zip, which bsdtar opens too) and takes one executable out of it. */
export function downloadedArchive(url: string, fileInArchive: string): Way {
  return {
    doing: `downloading ${url}`,
    make: async (work) => ({ executable: await fetchAndExtract(work, url, fileInArchive) }),
  };
}

/**
 * The download that Temporal's SDKs use for their test servers: temporal.download says which archive holds the program.
 * The request is the one that sdk-core's `ephemeral_server` sends.
 */
export function temporalDownload(artifact: string, version: string, platform: { os: string; arch: string }): Way {
  const url = new URL(`https://temporal.download/${artifact}/${version}`);
  url.searchParams.set('arch', platform.arch);
  url.searchParams.set('platform', platform.os);
  url.searchParams.set('format', 'tar.gz');
  return {
    doing: `downloading it from ${url.host}`,
    make: async (work) => {
      const watch = silenceWatch(work.signal);
      try {
        const response = await fetchOk(url, watch.signal);
        const info = (await response.json()) as { archiveUrl: string; fileToExtract: string };
        return { executable: await fetchAndExtract(work, info.archiveUrl, info.fileToExtract) };
      } finally {
        watch.stop();
      }
    },
  };
}

async function fetchAndExtract(work: Workplace, url: string, fileInArchive: string): Promise<string> {
  const archive = path.join(work.scratch, 'archive');
  const watch = silenceWatch(work.signal);
  try {
    const response = await fetchOk(url, watch.signal);
    if (response.body === null) throw new Error('the answer was empty');
    const body = Readable.fromWeb(response.body);
    body.on('data', () => watch.heard());
    await pipeline(body, createWriteStream(archive));
  } finally {
    watch.stop();
  }
  const into = path.join(work.scratch, 'unpacked');
  await mkdir(into);
  await run('tar', ['-xf', archive, '-C', into, fileInArchive], { signal: work.signal });
  return path.join(into, fileInArchive);
}

async function fetchOk(url: string | URL, signal: AbortSignal): Promise<Response> {
  const host = new URL(url).host;
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw new Error(`${host} did not answer within ${String(silenceLimitMs / 1000)} s`, { cause: error });
    throw new Error(`${host} is out of reach: ${causeOf(error)}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${host} answered ${String(response.status)}`);
  return response;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** Aborts when nothing was heard for a while; a slow download that keeps coming goes on. */
function silenceWatch(outer: AbortSignal): { signal: AbortSignal; heard(): void; stop(): void } {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceLimitMs);
  return {
    signal: AbortSignal.any([outer, silence.signal]),
    heard: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
