import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { zipSync } from 'fflate';
import { FinalError, type Problem } from '../../errors.ts';
import { packageFile } from '../../package-root.ts';

/** Bytes of all files that go along; data belongs into the rows. */
const most = 100_000_000;
/** What lies in folders and is made anew where it is needed. */
const leftOut = /^(?:\.|__pycache__$|node_modules$)/;
/** pawl's own, beside those of the team. */
const own = ['pawl_trainer.py', 'pawl_ray.py'];

/** The files that a job runs in, as one zip file. */
export interface WorkingFolder {
  /** By content: equal files, equal name. */
  readonly name: string;
  readonly zip: Uint8Array<ArrayBuffer>;
}

/**
 * Packs what a command needs on a cluster, under the names that it has in the folder of pawl.yaml.
 * @param files files and folders, from that folder; null: those that the command names
 * @throws FinalError PAWL_TRAINER_NOT_FOUND with every file that is missing, outside of the folder, or too much
 */
export async function packFolder(
  baseDirectory: string,
  command: readonly string[],
  files: readonly string[] | null,
): Promise<WorkingFolder> {
  const problems: Problem[] = [];
  const note = (name: string, message: string) => problems.push({ subject: 'training.ray.files', message: `${name} ${message}` });
  const contents: Record<string, Uint8Array> = {};
  let bytes = 0;
  for (const name of files ?? (await filesNamedBy(baseDirectory, command))) {
    const path = resolve(baseDirectory, name);
    const inside = relative(baseDirectory, path);
    if (inside === '..' || inside.startsWith(`..${sep}`)) note(name, 'is outside of the folder of pawl.yaml');
    else if ((await stat(path).catch(() => null)) === null) note(name, 'is not there');
    else
      for (const file of await filesIn(path)) {
        bytes += (await stat(file)).size;
        if (bytes > most) break;
        contents[relative(baseDirectory, file).split(sep).join('/')] = await readFile(file);
      }
  }
  if (bytes > most) note('They', `have more than ${most / 1e6} MB; rows reach the trainer without them`);
  for (const name of own) if (name in contents) note(name, 'is the name of a file of pawl that goes along');
  if (problems.length > 0)
    throw new FinalError('PAWL_TRAINER_NOT_FOUND', 'Not everything that the trainer needs can be sent along.', { problems });
  for (const name of own) contents[name] = await readFile(packageFile(`infra/python/${name}`));

  // A fixed time in the zip file: its content alone makes its name.
  const zip = zipSync(Object.fromEntries(Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1))), { mtime: '2000-01-01' });
  return { name: `_ray_pkg_pawl_${createHash('sha256').update(zip).digest('hex').slice(0, 32)}`, zip };
}

async function filesNamedBy(baseDirectory: string, command: readonly string[]): Promise<string[]> {
  const named: string[] = [];
  for (const argument of command) {
    const facts = argument.startsWith('-') ? null : await stat(resolve(baseDirectory, argument)).catch(() => null);
    if (facts?.isFile()) named.push(argument);
  }
  return named;
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const found: string[] = [];
  for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (leftOut.test(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesIn(join(path, entry.name))));
    else if (entry.isFile()) found.push(join(path, entry.name));
  }
  return found;
}
