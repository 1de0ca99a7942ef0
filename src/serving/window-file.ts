import { createReadStream } from 'node:fs';
import { readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { WindowRow } from '../registry/windows.ts';
import { mergeWindows } from './merge-windows.ts';
import type { ClosedFile } from './ndjson-spool.ts';

const count = z.int().nonnegative();
const counts = z.array(count);

const windowLine = z.object({
  process: z.string(),
  model: z.string(),
  version: z.int(),
  revision: z.int(),
  role: z.enum(['champion', 'challenger', 'shadow', 'outside']),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  lengthMs: z.number(),
  requests: count,
  callerFaults: count,
  errors: count,
  fallbacks: count,
  rows: count,
  errorsByKey: z.object({ keys: counts, counts, others: count }),
  latency: z.object({ zeros: count, buckets: z.array(z.int()), counts }),
  score: counts,
  features: counts,
  cpuMicros: count,
  scoredRows: count,
  memoryBytes: count,
}) satisfies z.ZodType<WindowRow>;

/** Ends the name of a replacement until it is whole. */
const half = '.merged';
/** Rows merged or handed on at a time: the file is never in memory as a whole. */
const batch = 500;

/** The windows of a spool file in order, some hundred at a time. `damaged` is told of each line that a crash has torn. */
export async function* readWindowFile(path: string, damaged: () => void): AsyncGenerator<WindowRow[]> {
  let rows: WindowRow[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const row = parse(line);
    if (row === null) damaged();
    else rows.push(row);
    if (rows.length < batch) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function parse(line: string): WindowRow | null {
  try {
    return windowLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Replaces the windows of a file by fewer ones with the same counts, all at once: a crash leaves the one or the other. */
export async function mergeWindowFile({ path }: ClosedFile, damaged: () => void): Promise<ClosedFile> {
  let merged: WindowRow[] = [];
  for await (const rows of readWindowFile(path, damaged)) merged = mergeWindows([...merged, ...rows]);
  const replacement = `${path}${half}`;
  try {
    await writeFile(replacement, merged.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await rename(replacement, path);
  } catch (error) {
    await unlink(replacement).catch(() => undefined);
    throw error;
  }
  return { path, bytes: (await stat(path)).size };
}

/** Removes what a crash left of a replacement; the file that it was to replace is still there. */
export async function discardHalfMerged(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  await Promise.all(names.filter((name) => name.endsWith(half)).map((name) => unlink(join(directory, name))));
}
