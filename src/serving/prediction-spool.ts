import { mkdir, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClosedFile } from './ndjson-spool.ts';
import { RowBlock, type LogEntry } from './row-block.ts';
import { ValueHasher } from './value-hasher.ts';

const extension = '.rows';

export interface PredictionSpoolOptions {
  /** Of this model alone. */
  readonly directory: string;
  /** Unique among the processes that ship to the same place, also after a restart: it is part of the names. */
  readonly writer: string;
  readonly model: string;
  /** Of hashed features; see ValueHasher. */
  readonly secret: string;
}

/**
 * Rows of one model on their way to files named `<start, 13 digits>-<writer>-<number>.rows`, blocks as in row-block.ts. Rows are
 * taken into one block while the one before is being written. What was written survives a crash of the process; a file left
 * behind by one is found again as a leftover at the next start.
 */
export class PredictionSpool {
  readonly #options: PredictionSpoolOptions;
  readonly #hasher: ValueHasher;
  /** Takes rows. */
  #open = new RowBlock();
  /** Is being written, or was refused by the disk and will be written again. */
  #full: { readonly block: RowBlock; readonly bytes: Uint8Array } | null = null;
  #spare = new RowBlock();
  #file: { handle: FileHandle; path: string; startedAt: number; bytes: number; rows: number } | null = null;
  #number = 0;

  constructor(options: PredictionSpoolOptions) {
    this.#options = options;
    this.#hasher = new ValueHasher(options.model, options.secret);
  }

  /** Bytes of rows in memory that are not on the disk. */
  get buffered(): number {
    return this.#open.bytes + (this.#full?.bytes.length ?? 0);
  }

  /** Of the block that takes rows. */
  get openBytes(): number {
    return this.#open.bytes;
  }

  /** True where a block waits that the disk did not take. */
  get refused(): boolean {
    return this.#full !== null;
  }

  /** True where the rows in memory have hashed features. */
  get hashes(): boolean {
    return this.#open.hashes;
  }

  /** Bytes in the file that is being written. */
  get bytes(): number {
    return this.#file?.bytes ?? 0;
  }

  get rows(): number {
    return this.#file?.rows ?? 0;
  }

  /** When the file that is being written was begun, ms since 1970; null while there is none. */
  get startedAt(): number | null {
    return this.#file?.startedAt ?? null;
  }

  /** False, and nothing was done, where the row may need more than `room` bytes. */
  append(entry: LogEntry, room: number): boolean {
    return this.#open.append(entry, this.#hasher, room);
  }

  /**
   * Writes one block; returns its rows, 0 where there was nothing to write. Rejects when the disk refuses: the block is kept and
   * written again at the next call, behind whatever part of it is on the disk. One call at a time.
   */
  async write(now = Date.now()): Promise<number> {
    if (this.#full === null) {
      if (this.#open.rows === 0) return 0;
      const block = this.#open;
      this.#open = this.#spare;
      this.#full = { block, bytes: block.seal(this.#options.model) };
    }
    const { block, bytes } = this.#full;
    const file = (this.#file ??= await this.#begin(now));
    for (let written = 0; written < bytes.length;) {
      // At a position: what an attempt that failed has left there is written over.
      const { bytesWritten } = await file.handle.write(bytes, written, bytes.length - written, file.bytes + written);
      written += bytesWritten;
    }
    const { rows } = block;
    file.bytes += bytes.length;
    file.rows += rows;
    block.clear();
    this.#spare = block;
    this.#full = null;
    return rows;
  }

  /** Closes the file that is being written and gives it away; null where there is none, or nothing in it. */
  async rotate(): Promise<ClosedFile | null> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return null;
    // Without the part of a block that the disk refused, if it can be had; it is damage that the reader would count otherwise.
    await file.handle.truncate(file.bytes).catch(() => undefined);
    await file.handle.close();
    if (file.bytes > 0) return { path: file.path, bytes: file.bytes };
    await unlink(file.path);
    return null;
  }

  async #begin(now: number) {
    const { directory, writer } = this.#options;
    await mkdir(directory, { recursive: true });
    const path = join(directory, `${String(now).padStart(13, '0')}-${writer}-${this.#number++}${extension}`);
    return { handle: await open(path, 'wx'), path, startedAt: now, bytes: 0, rows: 0 };
  }
}

/** The spool files in a directory, oldest first; none where it does not exist. */
export async function predictionFiles(directory: string): Promise<ClosedFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const paths = names
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => join(directory, name));
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })));
}
