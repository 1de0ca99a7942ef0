import { stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FinalError } from '../errors.ts';
import type { Duck } from './duckdb.ts';
import { escapeGlob, literal } from './duckdb.ts';

export interface SourceFile {
  readonly path: string;
  /** Relative to the folder of pawl.yaml, with slashes: what people and manifests see. */
  readonly name: string;
  readonly format: 'csv' | 'parquet';
  readonly bytes: number;
  /** ms since 1970. */
  readonly modified: number;
}

const formats: Record<string, SourceFile['format']> = { '.csv': 'csv', '.tsv': 'csv', '.txt': 'csv', '.parquet': 'parquet' };

/** `a.csv.gz` is a CSV file. */
function formatOf(path: string): SourceFile['format'] | undefined {
  return formats[extname(path.replace(/(?<=\.(?:csv|tsv|txt))\.gz$/i, '')).toLowerCase()];
}

/**
 * The files that `source.files` names (a file, a folder, a glob; `**` goes down), in the order of their names. Hidden files
 * are passed over, in a folder also what is neither CSV nor Parquet.
 * @throws FinalError PAWL_SOURCE_NOT_FOUND, PAWL_SOURCE_UNREADABLE for a file that is named and neither CSV nor Parquet.
 */
export async function findSourceFiles(duck: Duck, baseDirectory: string, files: string): Promise<SourceFile[]> {
  const base = resolve(baseDirectory);
  const folder = await isFolder(resolve(base, files));
  const pattern = folder
    ? join(escapeGlob(resolve(base, files)), '*')
    : isAbsolute(files)
      ? files
      : join(escapeGlob(base), files);
  const exact = await stat(resolve(base, files)).catch(() => null);
  const found = exact?.isFile()
    ? [{ file: resolve(base, files) }]
    : await duck.rows<{ file: string }>(`SELECT file FROM glob(${literal(pattern)})`);
  const visible = found
    .map(({ file }) => ({ path: file, name: nameOf(base, file) }))
    .filter(({ name }) => !name.split('/').some((part) => part.startsWith('.') && part !== '..' && part !== '.'))
    .filter(({ path }) => !folder || formatOf(path) !== undefined)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (visible.length === 0) {
    throw new FinalError('PAWL_SOURCE_NOT_FOUND', `source.files ${files} names no file below the folder of pawl.yaml.`);
  }
  const unknown = visible.filter(({ path }) => formatOf(path) === undefined);
  if (unknown.length > 0) {
    throw new FinalError('PAWL_SOURCE_UNREADABLE', 'A source file is neither CSV nor Parquet.', {
      problems: unknown.map(({ name }) => ({
        message: `${name} has no ending that says what it is`,
        hint: '.csv, .tsv, .txt (each also with .gz) or .parquet',
      })),
    });
  }
  const described: SourceFile[] = [];
  for (const { path, name } of visible) {
    const facts = await stat(path);
    described.push({ path, name, format: formatOf(path) ?? 'csv', bytes: facts.size, modified: facts.mtimeMs });
  }
  return described;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}

function nameOf(base: string, path: string): string {
  return relative(base, path).split(sep).join('/');
}
