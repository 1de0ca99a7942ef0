import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type DecodedArray, type FileMetaData } from 'hyparquet';
import type { LoggedFeature } from './feature-log.ts';
import type { LoggedPrediction, LoggedRow } from './logged-prediction.ts';
import { schemasKey } from './segment-encoding.ts';
import type { VersionSchema } from './segment-survey.ts';

/** What a reader may ask for: `row` stands for all features, and costs far more than all the rest. */
export type LoggedColumn = keyof LoggedPrediction;
export const everyColumn = [
  'id',
  'model',
  'version',
  'revision',
  'role',
  'key',
  'at',
  'score',
  'prediction',
  'row',
] as const satisfies readonly LoggedColumn[];

const prefix = 'feature.';

/** A segment in memory. */
export class Segment {
  readonly #bytes: Uint8Array;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  /** Of each version the features that it logs, and where they are among the columns. */
  readonly #schemas: ReadonlyMap<number, readonly (LoggedFeature & { readonly column: number })[]>;
  readonly #features: readonly string[];

  private constructor(bytes: Uint8Array, file: AsyncBuffer, metadata: FileMetaData) {
    this.#bytes = bytes;
    this.#file = file;
    this.#metadata = metadata;
    this.#features = metadata.schema.flatMap(({ name }) => (name.startsWith(prefix) ? [name] : []));
    const text = metadata.key_value_metadata?.find(({ key }) => key === schemasKey)?.value;
    this.#schemas = byVersion(text === undefined ? [] : (JSON.parse(text) as VersionSchema[]), this.#features);
  }

  /** @throws Error where it is no Parquet file */
  static async open(bytes: Uint8Array): Promise<Segment> {
    const file = {
      byteLength: bytes.byteLength,
      slice: (start: number, end?: number) => bytes.slice(start, end).buffer,
    };
    return new Segment(bytes, file, await parquetMetadataAsync(file));
  }

  /** Where each row group begins, and the number of all rows. */
  get bounds(): number[] {
    const bounds = [0];
    for (const group of this.#metadata.row_groups) bounds.push((bounds.at(-1) ?? 0) + Number(group.num_rows));
    return bounds;
  }

  /** False where it certainly holds no row of that id: nothing is decoded for it. */
  #mayHold(id: string): boolean {
    const plain = this.#metadata.row_groups.every((group) => {
      const column = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === 'id');
      return column?.meta_data?.codec === 'UNCOMPRESSED';
    });
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return !plain || Buffer.from(buffer, byteOffset, byteLength).includes(id);
  }

  /** All rows of that id. */
  async find(id: string): Promise<LoggedPrediction[]> {
    if (!this.#mayHold(id)) return [];
    const found: LoggedPrediction[] = [];
    const bounds = this.bounds;
    for (const [i, start] of bounds.slice(0, -1).entries()) {
      const ids = await this.read(['id'], start, bounds[i + 1]);
      for (const [row, one] of ids.entries()) {
        if (one.id === id) found.push(...(await this.read(everyColumn, start + row, start + row + 1)));
      }
    }
    return found;
  }

  /** The rows from `start` to before `end`, or all of them, in the order in which they were logged. */
  async read<K extends LoggedColumn>(columns: readonly K[], start = 0, end = Infinity): Promise<Pick<LoggedPrediction, K>[]> {
    const plain = columns.filter((column) => column !== 'row');
    const names = columns.includes('row' as K) ? new Set(['version', ...plain, ...this.#features]) : new Set<string>(plain);
    const rows: Pick<LoggedPrediction, K>[] = [];
    const bounds = this.bounds;
    for (const [i, groupStart] of bounds.slice(0, -1).entries()) {
      const from = Math.max(start, groupStart);
      const to = Math.min(end, bounds[i + 1] ?? 0);
      if (from >= to) continue;
      const values = await this.#columns([...names], from, to);
      const sources = plain.map((column) => values.get(column));
      const features = columns.includes('row' as K) ? this.#features.map((name) => values.get(name)) : null;
      for (let at = from; at < to; at++) {
        const row: Record<string, unknown> = {};
        for (let c = 0; c < plain.length; c++) row[plain[c] as string] = cell(plain[c] as LoggedColumn, valueAt(sources[c], at));
        if (features !== null) row['row'] = this.#row(Number(valueAt(values.get('version'), at)), features, at);
        rows.push(row as Pick<LoggedPrediction, K>);
      }
    }
    return rows;
  }

  /** Columns of the rows between two, which are of one row group, and of others beside them. */
  async #columns(names: string[], rowStart: number, rowEnd: number): Promise<Map<string, Pages>> {
    const found = new Map<string, Pages>();
    await parquetRead({
      file: this.#file,
      metadata: this.#metadata,
      columns: names,
      rowStart,
      rowEnd,
      parsers: { timestampFromMilliseconds: Number },
      onChunk: ({ columnName, columnData, rowStart: first }) => {
        const known = found.get(columnName);
        // One page a row group, as the log writes them; others may have been written by somebody else.
        found.set(
          columnName,
          known === undefined ? { first, data: columnData } : { first: known.first, data: [...known.data, ...columnData] },
        );
      },
    });
    return found;
  }

  #row(version: number, features: readonly (Pages | undefined)[], at: number): LoggedRow {
    const row: Record<string, string | number | boolean | null> = {};
    for (const { name, type, log, column } of this.#schemas.get(version) ?? []) {
      const value = (valueAt(features[column], at) ?? null) as string | number | boolean | null;
      // Where versions do not agree on the type of a feature, its column is of texts.
      if (typeof value !== 'string' || log === 'hash' || type === 'category') row[name] = value;
      else row[name] = type === 'boolean' ? value === 'true' : Number(value);
    }
    return row;
  }
}

/** A column's values, from the row `first` of the file on. */
interface Pages {
  readonly first: number;
  readonly data: DecodedArray;
}

function valueAt(pages: Pages | undefined, row: number): unknown {
  return pages?.data[row - pages.first];
}

/** All rows of a segment. */
export async function decodeSegment(bytes: Uint8Array): Promise<LoggedPrediction[]> {
  return (await Segment.open(bytes)).read(everyColumn);
}

function cell(column: LoggedColumn, value: unknown): unknown {
  if (column === 'score') return value ?? NaN;
  return column === 'key' ? (value ?? null) : value;
}

/** The features that a version logs, those that are dropped not. */
function byVersion(schemas: readonly VersionSchema[], columns: readonly string[]) {
  const versions = new Map<number, (LoggedFeature & { column: number })[]>();
  for (const { version, features } of schemas) {
    const known = versions.get(version) ?? [];
    for (const feature of features) {
      if (feature.log !== 'drop' && !known.some(({ name }) => name === feature.name)) {
        known.push({ ...feature, column: columns.indexOf(prefix + feature.name) });
      }
    }
    versions.set(version, known);
  }
  return versions;
}
