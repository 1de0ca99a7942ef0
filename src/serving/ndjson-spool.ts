import { mkdir, open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** A spool file that nothing is written to any more. */
export interface ClosedFile {
  readonly path: string;
  readonly bytes: number;
}

const extension = '.ndjson';

/**
 * Lines of JSON on the local disk, in files named `<start, 13 digits>-<writer>-<number>.ndjson`. What was written survives a
 * crash of the process; a file left behind by one is found again as a leftover at the next start.
 */
export class NdjsonSpool {
  readonly #directory: string;
  readonly #writer: string;
  #file: { handle: FileHandle; path: string; startedAt: number; bytes: number; rows: number } | null = null;
  #number = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** `writer` must be unique among the processes that ship to the same place, also after a restart: it is part of the names. */
  constructor(directory: string, writer: string) {
    this.#directory = directory;
    this.#writer = writer;
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

  /**
   * Appends lines (without their newlines). When the disk refuses, some of them may be in the file, the last one torn: rotate
   * before writing them again, so that the torn line stays the last of its file.
   */
  write(lines: readonly string[], now = Date.now()): Promise<void> {
    return this.#inTurn(async () => {
      if (lines.length === 0) return;
      const file = (this.#file ??= await this.#begin(now));
      const text = `${lines.join('\n')}\n`;
      await file.handle.appendFile(text);
      file.bytes += Buffer.byteLength(text);
      file.rows += lines.length;
    });
  }

  /** Closes the file that is being written and gives it away; null while there is none. */
  rotate(): Promise<ClosedFile | null> {
    return this.#inTurn(async () => {
      const file = this.#file;
      this.#file = null;
      if (file === null) return null;
      await file.handle.close();
      return { path: file.path, bytes: file.bytes };
    });
  }

  async #begin(now: number) {
    await mkdir(this.#directory, { recursive: true });
    const name = `${String(now).padStart(13, '0')}-${this.#writer}-${this.#number++}${extension}`;
    const path = join(this.#directory, name);
    return { handle: await open(path, 'ax'), path, startedAt: now, bytes: 0, rows: 0 };
  }

  /** One write or rotation at a time, each after the one before, whether that succeeded or not. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** The spool files in a directory, oldest first; none where it does not exist. */
export async function spoolFiles(directory: string): Promise<ClosedFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = names
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => join(directory, name));
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(path)).size })));
}

/** The values of a spool file in order, and how many lines a crash has torn. */
export async function readSpool(path: string): Promise<{ values: unknown[]; damaged: number }> {
  const values: unknown[] = [];
  let damaged = 0;
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      damaged++;
    }
  }
  return { values, damaged };
}
