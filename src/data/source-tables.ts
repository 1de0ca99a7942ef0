import { FinalError, TransientError } from '../errors.ts';
import { readCsvHeader } from './csv-header.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, parquet, pathLiteral } from './duckdb.ts';
import type { SourceFile } from './source-files.ts';

/** What values of a column are, before the contract is asked. */
export type Family = 'integer' | 'double' | 'boolean' | 'time' | 'text';

export interface SourceColumn {
  readonly name: string;
  readonly family: Family;
}

export interface SourceTable {
  /** A query of the wanted columns that are there, in the order of the files and of their rows. */
  readonly sql: string;
  readonly columns: readonly SourceColumn[];
  /** Columns of the files that nobody wants. */
  readonly ignored: readonly string[];
  /** Wanted columns that some files lack, with the names of those files. */
  readonly absent: Readonly<Record<string, readonly string[]>>;
}

/** What a file holds: its columns in order, and how it is read. */
interface Described {
  readonly file: SourceFile;
  readonly columns: readonly SourceColumn[];
  /** Two files with one `shape` are read by one scan. */
  readonly shape: string;
  readonly scan: (paths: readonly string[]) => string;
}

/** A file that was written a moment ago may still be in the making, ms. */
const justWritten = 60_000;

/**
 * The wanted columns of all files as one table: columns are found by their names, whatever their order; types that differ meet
 * in the smallest that holds both, text at last. CSV cells are text until the contract reads them.
 * @throws FinalError PAWL_SOURCE_UNREADABLE naming every file; TransientError where one was written a moment ago.
 */
export async function sourceTable(duck: Duck, files: readonly SourceFile[], wanted: readonly string[]): Promise<SourceTable> {
  const described = await describeAll(duck, files);
  const families = new Map<string, Family>();
  for (const { columns } of described) {
    for (const { name, family } of columns) {
      if (wanted.includes(name)) families.set(name, meet(families.get(name), family));
    }
  }
  const columns = wanted.flatMap((name) => {
    const family = families.get(name);
    return family === undefined ? [] : [{ name, family }];
  });
  return {
    sql: union(described, columns),
    columns,
    ignored: [...new Set(described.flatMap((one) => one.columns.map(({ name }) => name)))].filter(
      (name) => !wanted.includes(name),
    ),
    absent: Object.fromEntries(
      wanted
        .map(
          (name) =>
            [
              name,
              described.filter((one) => !one.columns.some((column) => column.name === name)).map((one) => one.file.name),
            ] as const,
        )
        .filter(([, lacking]) => lacking.length > 0),
    ),
  };
}

/** As many scans as needed, one after the other, so that the order of files and rows is kept. */
function union(described: readonly Described[], columns: readonly SourceColumn[]): string {
  const scans: string[] = [];
  for (let i = 0; i < described.length;) {
    const first = described[i] as Described;
    let end = i + 1;
    while (described[end]?.shape === first.shape) end++;
    const selected = columns.map(({ name, family }) => {
      const here = first.columns.find((column) => column.name === name);
      const value = here === undefined ? `CAST(NULL AS ${sqlType[family]})` : converted(identifier(name), here.family, family);
      return `${value} AS ${identifier(name)}`;
    });
    scans.push(
      `SELECT ${selected.length === 0 ? noColumn : selected.join(', ')} FROM ${first.scan(described.slice(i, end).map(({ file }) => file.path))}`,
    );
    i = end;
  }
  return scans.length === 0 ? `SELECT ${noColumn} WHERE false` : scans.join(' UNION ALL ');
}

/** Stands for the rows where not one of the wanted columns is there: a table has at least one. */
const noColumn = 'CAST(NULL AS BOOLEAN) AS "no column"';

async function describeAll(duck: Duck, files: readonly SourceFile[]): Promise<Described[]> {
  const described: Described[] = [];
  const problems: { message: string; file: SourceFile }[] = [];
  for (const file of files) {
    try {
      const one = file.format === 'csv' ? await describeCsv(file) : await describeParquet(duck, file);
      if (one !== null) described.push(one);
    } catch (error) {
      duck.throwIfAborted();
      problems.push({ message: `${file.name}: ${firstLine(error)}`, file });
    }
  }
  if (problems.length > 0) throw unreadable(problems);
  return described;
}

/** DuckDB's refusal to read on, in terms of the files: it names paths, and people know names below the folder of pawl.yaml. */
export function readingFailure(error: unknown, files: readonly SourceFile[]): Error {
  const message = error instanceof Error ? error.message : String(error);
  const file = files.find(({ path }) => message.includes(path));
  if (file === undefined) return error instanceof Error ? error : new Error(message);
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const told = lines.slice(0, 3).join('; ').replaceAll(file.path, file.name);
  return unreadable([{ message: `${file.name}: ${told}`, file }], error);
}

/** Problems of files as an error: one that may pass where a file is still being written. */
function unreadable(problems: readonly { readonly message: string; readonly file: SourceFile }[], cause?: unknown): Error {
  const fresh = problems.some(({ file }) => Date.now() - file.modified < justWritten);
  const options = { problems: problems.map(({ message }) => ({ message })), cause };
  if (fresh)
    return new TransientError('PAWL_SOURCE_UNREADABLE', 'A source file cannot be read; it may still be in the making.', options);
  return new FinalError('PAWL_SOURCE_UNREADABLE', 'A source file cannot be read.', options);
}

/** A file without a byte has no columns and no rows. */
async function describeCsv(file: SourceFile): Promise<Described | null> {
  const header = await readCsvHeader(file.path);
  if (header === null) return null;
  const twice = header.columns.find(
    (name, i) => header.columns.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i,
  );
  if (twice !== undefined) throw new Error(`two columns are named ${twice}`);
  const types = header.columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  const options = `auto_detect = false, hive_partitioning = false, header = true, delim = ${literal(header.delimiter)}, quote = '"', escape = '"', columns = {${types}}`;
  return {
    file,
    columns: header.columns.map((name) => ({ name, family: 'text' })),
    shape: `csv ${options}`,
    scan: (paths) => `read_csv([${paths.map(pathLiteral).join(', ')}], ${options})`,
  };
}

async function describeParquet(duck: Duck, file: SourceFile): Promise<Described> {
  const described = await duck.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${parquet(file.path)}`);
  const columns = described.map(({ column_name: name, column_type: type }) => ({ name, family: familyOf(type) }));
  return {
    file,
    columns,
    shape: `parquet ${JSON.stringify(described)}`,
    scan: (paths) => parquet(paths),
  };
}

/** The family of a type as DuckDB writes it. */
export function familyOf(type: string): Family {
  if (/^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(type) && type !== 'UBIGINT') return 'integer';
  if (/^(FLOAT|DOUBLE|U?HUGEINT|UBIGINT|DECIMAL.*)$/.test(type)) return 'double';
  if (type === 'BOOLEAN') return 'boolean';
  return /^(DATE|TIMESTAMP.*)$/.test(type) ? 'time' : 'text';
}

const sqlType: Record<Family, string> = {
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
  text: 'VARCHAR',
};

function meet(one: Family | undefined, other: Family): Family {
  if (one === undefined || one === other) return other;
  const numbers: readonly Family[] = ['integer', 'double'];
  return numbers.includes(one) && numbers.includes(other) ? 'double' : 'text';
}

function converted(sql: string, from: Family, to: Family): string {
  return to === 'text' ? asText(sql, from) : `CAST(${sql} AS ${sqlType[to]})`;
}

/** A value as people write it: whole numbers without `.0`. */
export function asText(sql: string, family: Family): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  return family === 'double' ? `regexp_replace(${text}, '\\.0$', '')` : text;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
