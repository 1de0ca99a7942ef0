import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Digest } from '../../data/dataset.ts';

/** Larger files that a command names are data and no code, bytes. */
const largestCode = 10_000_000;

/**
 * Of a command and the files that it names, by name and content: equal where the same code would run. What these files load is not part
 * of it; the program itself, such as a Python, neither.
 * @param baseDirectory where relative paths start
 */
export async function codeDigest(command: readonly string[], baseDirectory: string): Promise<Digest> {
  const hash = createHash('sha256').update(JSON.stringify(command));
  for (const argument of command.slice(1)) {
    const path = resolve(baseDirectory, argument);
    const facts = await stat(path).catch(() => null);
    if (facts?.isFile() && facts.size <= largestCode) hash.update(JSON.stringify(argument)).update(await readFile(path));
  }
  return `sha256:${hash.digest('hex')}`;
}
