import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

/** A program's path: with a slash it starts at the folder of pawl.yaml, without one it is looked for on PATH. Null where none may be run. */
export async function executableOf(program: string, baseDirectory: string): Promise<string | null> {
  const places = program.includes('/')
    ? [resolve(baseDirectory, program)]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const path of places) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return null;
}
