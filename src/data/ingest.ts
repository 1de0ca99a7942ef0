import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError } from '../errors.ts';
import type { Milliseconds } from '../spec/quantities.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { digestOf, putOnce } from './content-address.ts';
import type { SnapshotRef, SnapshotSources } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, parquet, withDuck } from './duckdb.ts';
import { eventTime, isoTime } from './event-time.ts';
import { findSourceFiles } from './source-files.ts';
import type { SourceTable } from './source-tables.ts';
import { readingFailure, sourceTable } from './source-tables.ts';

export interface IngestJob {
  readonly spec: ModelSpec;
  /** The folder of pawl.yaml. */
  readonly baseDirectory: string;
  readonly store: ObjectStore;
  /** ISO 8601: rows after it are left out, and windows end at it. Default: the newest row. */
  readonly asOf?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { phase: string; done: number; total: number }) => void;
}

/**
 * Source rows to an immutable snapshot: the contract's columns as the source holds them, of the training window and the
 * hold-out before the newest row, in time order (without a timestamp: in the order of the source). Equal rows give an equal
 * digest, in whatever order and files they come, where there is a timestamp. Nothing is judged here: a row without a readable
 * timestamp and a contract without one of its columns are for `validate` to tell.
 * @throws FinalError PAWL_TIME_INVALID, PAWL_SOURCE_NOT_FOUND, PAWL_SOURCE_UNREADABLE; TransientError PAWL_SOURCE_UNREADABLE for a file in the making.
 */
export function ingest(job: IngestJob): Promise<SnapshotRef> {
  const { spec, store, signal, asOf } = job;
  if (asOf !== undefined && Number.isNaN(Date.parse(asOf))) {
    return Promise.reject(new FinalError('PAWL_TIME_INVALID', `${asOf} is no time to ingest as of.`));
  }
  const tell = (phase: string, done: number, total = 100) => job.onProgress?.({ phase, done, total });
  return withDuck(signal, async (duck) => {
    tell('find files', 0);
    const files = await findSourceFiles(duck, job.baseDirectory, spec.source.files);
    const { timestamp, label, weight, features, unique = [] } = spec.contract;
    const named = [timestamp ?? [], Object.keys(features), label, weight ?? [], unique].flat();
    const wanted = [...new Set(named)];
    const table = await sourceTable(duck, files, wanted);
    const path = join(duck.scratch, 'snapshot.parquet');
    try {
      const rows = await windowed(duck, table, job);
      const copy = `COPY (${rows}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`;
      await duck.runTelling(copy, (percent) => tell('read', percent));
    } catch (error) {
      signal?.throwIfAborted();
      throw readingFailure(error, files);
    }
    const bytes = await readFile(path);
    const digest = digestOf(bytes);
    tell('store', 0);
    const uri = await putOnce(store, `snapshots/${digest.slice(7)}.parquet`, bytes);
    const sources: SnapshotSources = {
      files: files.map(({ name, bytes: size }) => ({ path: name, bytes: size })),
      ignored: table.ignored,
      absent: table.absent,
    };
    const text = Buffer.from(JSON.stringify(sources));
    const sourcesUri = await putOnce(store, `snapshots/sources/${digestOf(text).slice(7)}.json`, text);
    tell('store', 100);
    return { uri, digest, sourcesUri, ...(await span(duck, path, table, timestamp)) };
  });
}

/** The query of the rows in the window, ordered. */
async function windowed(duck: Duck, table: SourceTable, { spec, asOf }: IngestJob): Promise<string> {
  const column = table.columns.find(({ name }) => name === spec.contract.timestamp);
  if (column === undefined) return table.sql;
  const time = eventTime(identifier(column.name), column.family);
  const until = asOf === undefined ? null : literal(new Date(asOf).toISOString().slice(0, -1));
  const length = windowLength(spec);
  const conditions = [`${time} IS NULL`];
  const inside = until === null ? [] : [`${time} <= TIMESTAMP ${until}`];
  if (length !== null) {
    const end =
      until === null
        ? (await duck.row<{ newest: string | null }>(`SELECT CAST(max(${time}) AS VARCHAR) AS newest FROM (${table.sql})`)).newest
        : new Date(asOf as string).toISOString().slice(0, -1);
    if (end !== null) inside.push(`${time} > TIMESTAMP ${literal(end)} - to_milliseconds(${Math.round(length)})`);
  }
  const where = inside.length === 0 ? '' : `WHERE ${conditions[0]} OR (${inside.join(' AND ')})`;
  // Rows of one moment are in an order that does not depend on where they came from.
  const all = table.columns.map(({ name }) => identifier(name)).join(', ');
  return `SELECT * FROM (${table.sql}) ${where} ORDER BY ${time} NULLS FIRST, hash(${all})`;
}

/** The training window and the hold-out together; null where all rows count. */
function windowLength({ training, evaluation }: ModelSpec): Milliseconds | null {
  if (training.window === undefined) return null;
  const { holdout } = evaluation;
  return 'ms' in holdout ? training.window + holdout.ms : training.window / Math.max(0.01, 1 - holdout.share);
}

async function span(
  duck: Duck,
  path: string,
  table: SourceTable,
  timestamp: string | undefined,
): Promise<Pick<SnapshotRef, 'rows' | 'oldest' | 'newest'>> {
  const column = table.columns.find(({ name }) => name === timestamp);
  const time = column === undefined ? 'CAST(NULL AS TIMESTAMP)' : eventTime(identifier(column.name), column.family);
  const facts = await duck.row<{ rows: number; oldest: number | null; newest: number | null }>(
    `SELECT count(*) AS rows, epoch_ms(min(${time})) AS oldest, epoch_ms(max(${time})) AS newest FROM ${parquet(path)}`,
  );
  return { rows: facts.rows, oldest: isoTime(facts.oldest), newest: isoTime(facts.newest) };
}
