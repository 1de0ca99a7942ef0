import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { executableOf } from '../training/command/executable.ts';

/** Endings of what is read and written by programs, and is none. */
const data = new Set([
  '.csv',
  '.tsv',
  '.parquet',
  '.arrow',
  '.feather',
  '.onnx',
  '.pkl',
  '.joblib',
  '.log',
  '.md',
  '.gz',
  '.zip',
  '.db',
]);
/** Larger files are data as well, bytes. */
const largestCode = 10_000_000;
/** More files than that are no trainer's code. */
const usualMost = 5000;
const mostBytes = 500_000_000;
const passedOver = new Set(['node_modules', '__pycache__', 'site-packages', 'renv']);

/** What a command would run as. */
export interface CommandCode {
  /** Of all code in the folder of pawl.yaml and in those of the files that the command names; null where there is too much to say. */
  readonly digest: string | null;
  /** Program, packages of its Python, and a digest of the variables that it gets. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/**
 * What decides what a command does, as far as files and settings of this machine tell: a program reads the modules beside it, and
 * loads packages. What it fetches from elsewhere is not seen.
 * @param named variables of the worker that it gets; of their values only a digest is kept, as some are secrets
 */
export async function commandCode(
  command: readonly string[],
  {
    baseDirectory,
    named,
    mostFiles = usualMost,
  }: { readonly baseDirectory: string; readonly named: readonly string[]; readonly mostFiles?: number },
): Promise<CommandCode> {
  const [program = '', ...rest] = command;
  const executable = await executableOf(program, baseDirectory);
  const folders = new Set([resolve(baseDirectory)]);
  for (const argument of rest) {
    const path = resolve(baseDirectory, argument);
    const facts = await stat(path).catch(() => null);
    if (facts?.isFile() && relative(resolve(baseDirectory), path).startsWith('..')) folders.add(dirname(path));
  }
  const variables = [...named, 'PYTHONPATH'].map((name) => [name, process.env[name] ?? null]);
  return {
    digest: await codeIn([...folders], baseDirectory, mostFiles),
    environment: {
      program: executable === null ? null : await fingerprint(executable),
      packages: executable === null ? {} : await pythonPackages(executable),
      variables: createHash('sha256').update(JSON.stringify(variables)).digest('hex').slice(0, 16),
    },
  };
}

/** Name and size of the file that a program really is: an interpreter that was upgraded differs. */
async function fingerprint(executable: string): Promise<string> {
  const path = await realpath(executable);
  return `${path} ${(await stat(path)).size}`;
}

/** Installed packages with their versions, of a Python by the folders beside it; of another program none. */
async function pythonPackages(executable: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  // Not of the real path: a virtual environment's Python is a link out of it.
  const library = join(dirname(dirname(executable)), 'lib');
  const versions = (await readdir(library).catch(() => [])).filter((name) => name.startsWith('python3'));
  for (const folder of versions.flatMap((name) => [join(library, name, 'site-packages'), join(library, name, 'dist-packages')])) {
    for (const entry of await readdir(folder).catch(() => [])) {
      const [, name, version] = /^(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(entry) ?? [];
      if (name !== undefined && version !== undefined) found[name] = version;
    }
  }
  return found;
}

async function codeIn(folders: readonly string[], baseDirectory: string, mostFiles: number): Promise<string | null> {
  const paths: string[] = [];
  let bytes = 0;
  // False where there is too much: told before any of it is read.
  const walk = async (folder: string): Promise<boolean> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === 'pyvenv.cfg')) return true;
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || passedOver.has(entry.name)) continue;
      if (entry.isDirectory() && !(await walk(path))) return false;
      // The settings of the model are compared by themselves.
      if (entry.isDirectory() || entry.name === 'pawl.yaml' || data.has(extname(entry.name).toLowerCase())) continue;
      const facts = await stat(path).catch(() => null);
      if (!facts?.isFile() || facts.size > largestCode) continue;
      paths.push(path);
      bytes += facts.size;
      if (paths.length > mostFiles || bytes > mostBytes) return false;
    }
    return true;
  };
  for (const folder of folders) if (!(await walk(folder))) return null;
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = createHash('sha256');
    for await (const part of createReadStream(path)) content.update(part as Buffer);
    hash.update(JSON.stringify([relative(baseDirectory, path), content.digest('hex')]));
  }
  return `sha256:${hash.digest('hex')}`;
}
