import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { CheckedRows } from './checked-rows.ts';
import { checkRows } from './checked-rows.ts';
import { digestOf, putOnce } from './content-address.ts';
import type { DatasetManifest, DatasetRef, SnapshotRef, SnapshotSources, Violation } from './dataset.ts';
import type { Duck } from './duckdb.ts';
import { identifier, literal, parquet, withDuck } from './duckdb.ts';
import { isoTime } from './event-time.ts';
import { profile } from './profile.ts';
import { brokenRowRules, countOffending } from './row-violations.ts';
import { setViolations } from './set-violations.ts';
import { ContractViolatedError } from './violations.ts';

export interface ValidateJob {
  readonly spec: ModelSpec;
  readonly specDigest: string;
  readonly snapshot: SnapshotRef;
  readonly store: ObjectStore;
  /** What freshness is measured against. */
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/**
 * A snapshot against its contract, to a dataset of typed columns: timestamp, features, label, weight. Rows that break a rule are set
 * aside when all of them together are within `quarantine.at_most`. Equal typed rows give an equal dataset digest. Writes the
 * dataset, its manifest with profile and violations, and the quarantined rows; again with the same input it writes the same.
 * @throws ContractViolatedError (PAWL_CONTRACT_VIOLATED) with every broken rule, its count, its share and the first offending rows.
 */
export function validate(job: ValidateJob): Promise<DatasetRef> {
  const { spec, store, snapshot } = job;
  return withDuck(job.signal, async (duck) => {
    const path = await store.localPath(snapshot.uri, duck.scratch);
    const sources = JSON.parse(Buffer.from(await store.get(snapshot.sourcesUri)).toString('utf8')) as SnapshotSources;
    const rows = await checkRows(duck, path, spec);
    const total = snapshot.rows;

    const broken = await brokenRowRules(duck, rows, spec, total, sources);
    const offending = await countOffending(duck, rows, broken);
    const quarantined = offending <= total * spec.contract.quarantine.at_most;
    const violations: Violation[] = [
      ...(await setViolations(duck, rows, spec, { total, now: job.now, sources })),
      ...broken.map(({ violation }) => ({ ...violation, quarantined })),
    ];
    if (violations.some((violation) => !violation.quarantined)) throw new ContractViolatedError(spec.model, violations);
    return writeDataset(duck, job, rows, { path, offending, violations, sources });
  });
}

interface Outcome {
  readonly path: string;
  readonly offending: number;
  readonly violations: readonly Violation[];
  readonly sources: SnapshotSources;
}

async function writeDataset(duck: Duck, job: ValidateJob, rows: CheckedRows, outcome: Outcome): Promise<DatasetRef> {
  const { spec, specDigest, store, snapshot } = job;
  const columns = [rows.timestamp, ...rows.features, rows.label, rows.weight].filter((column) => column !== null);
  const kept = `SELECT ${columns.map((column) => `${column.typed} AS ${identifier(column.name)}`).join(', ')} FROM checked WHERE "row" NOT IN (SELECT "row" FROM offending)`;
  // Rows of one moment are in an order that does not depend on how their source wrote them.
  const order =
    rows.timestamp === null ? '"row"' : `${rows.timestamp.typed}, hash(${columns.map((column) => column.typed).join(', ')})`;
  const file = join(duck.scratch, 'dataset.parquet');
  await duck.run(`COPY (${kept} ORDER BY ${order}) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`);
  const bytes = await readFile(file);
  const digest = digestOf(bytes);
  const uri = await putOnce(store, `datasets/${digest.slice(7)}.parquet`, bytes);
  const time = rows.timestamp === null ? 'CAST(NULL AS TIMESTAMP)' : identifier(rows.timestamp.name);
  const span = await duck.row<{ oldest: number | null; newest: number | null }>(
    `SELECT epoch_ms(min(${time})) AS oldest, epoch_ms(max(${time})) AS newest FROM ${parquet(file)}`,
  );
  // The manifest belongs to this pass: equal rows may come from another snapshot or pass another contract.
  const pass = digestOf(Buffer.from([snapshot.digest, snapshot.sourcesUri, specDigest].join('\n'))).slice(7);
  const manifestKey = `datasets/manifests/${pass}.json`;
  const dataset: DatasetRef = {
    digest,
    uri,
    manifestUri: `${store.root}${manifestKey}`,
    rows: snapshot.rows - outcome.offending,
    quarantined: outcome.offending,
    oldest: isoTime(span.oldest),
    newest: isoTime(span.newest),
  };
  const manifest: DatasetManifest = {
    format: 1,
    model: spec.model,
    dataset,
    snapshot,
    specDigest,
    profile: await profile(duck, file, spec),
    violations: outcome.violations,
    sources: outcome.sources,
    quarantineUri: outcome.offending === 0 ? null : await writeQuarantine(duck, store, outcome.path),
  };
  await store.put(manifestKey, Buffer.from(JSON.stringify(manifest)));
  return dataset;
}

/** The rows set aside, as the source held them, with their row in the snapshot. */
async function writeQuarantine(duck: Duck, store: ObjectStore, snapshot: string): Promise<string> {
  const file = join(duck.scratch, 'quarantine.parquet');
  const rows = `SELECT file_row_number + 1 AS "snapshot row", * EXCLUDE (file_row_number) FROM ${parquet(snapshot, { numbered: true })}`;
  await duck.run(
    `COPY (SELECT * FROM (${rows}) WHERE "snapshot row" IN (SELECT "row" FROM offending) ORDER BY 1) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const bytes = await readFile(file);
  return putOnce(store, `quarantine/${digestOf(bytes).slice(7)}.parquet`, bytes);
}
