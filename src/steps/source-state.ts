import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { withDuck } from '../data/duckdb.ts';
import { findSourceFiles, type SourceFile } from '../data/source-files.ts';
import type { StepInput } from './step.ts';

/** What a source holds at one time. */
export interface SourceState {
  readonly input: StepInput;
  readonly bytes: number;
  /** Whether any of its files was written since: then what was read may be neither the one nor the other. */
  hasMoved(): Promise<boolean>;
}

/**
 * Reads every file of a source for its digest. The time of a file is no help: a copy has a new one, and a restored file an old one.
 * @throws FinalError PAWL_SOURCE_NOT_FOUND, PAWL_SOURCE_UNREADABLE
 */
export async function readSourceState(
  files: string,
  { baseDirectory, signal }: { readonly baseDirectory: string; readonly signal?: AbortSignal },
): Promise<SourceState> {
  const found = await withDuck(signal, (duck) => findSourceFiles(duck, baseDirectory, files));
  const hash = createHash('sha256');
  for (const { path, name } of found) {
    const content = createHash('sha256');
    for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      content.update(part as Buffer);
    }
    hash.update(JSON.stringify([name, content.digest('hex')]));
  }
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
  return {
    input: { digest: `sha256:${hash.digest('hex')}`, facts: { files: found.length, bytes } },
    bytes,
    hasMoved: async () => (await Promise.all(found.map(isWrittenSince))).includes(true),
  };
}

async function isWrittenSince({ path, bytes, modified }: SourceFile): Promise<boolean> {
  const now = await stat(path).catch(() => null);
  return now === null || now.size !== bytes || now.mtimeMs !== modified;
}
