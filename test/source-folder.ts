import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parseSpec } from '../src/spec/parse.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import type { DatasetManifest, DatasetRef, SnapshotRef } from '../src/data/dataset.ts';
import { ingest } from '../src/data/ingest.ts';
import { validate } from '../src/data/validate.ts';

/** A folder with source files and a store, for tests; gone with `remove`. */
export class SourceFolder {
  readonly path: string;
  readonly store: ObjectStore;

  private constructor(path: string) {
    this.path = path;
    this.store = folderStore(join(path, 'store'));
  }

  static async make(): Promise<SourceFolder> {
    return new SourceFolder(await mkdtemp(join(tmpdir(), 'pawl-data-test-')));
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.path, name), content);
  }

  /** Writes the result of a DuckDB query. */
  async writeParquet(name: string, query: string): Promise<void> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (${query}) TO '${join(this.path, name)}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
  }

  ingest(spec: ModelSpec, options: { asOf?: string; signal?: AbortSignal } = {}): Promise<SnapshotRef> {
    return ingest({ spec, baseDirectory: this.path, store: this.store, ...options });
  }

  /** From the source to a dataset, as a release does. */
  async dataset(spec: ModelSpec, now = new Date('2026-01-10T00:00:00Z')): Promise<DatasetRef> {
    return validate({ spec, specDigest: 'sha256:spec', snapshot: await this.ingest(spec), store: this.store, now });
  }

  async manifest(dataset: DatasetRef): Promise<DatasetManifest> {
    return JSON.parse(Buffer.from(await this.store.get(dataset.manifestUri)).toString('utf8')) as DatasetManifest;
  }

  /** The rows of a stored Parquet file, each as JSON-like values. */
  async rows(uri: string): Promise<Record<string, unknown>[]> {
    const path = await this.store.localPath(uri, this.path);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
    connection.closeSync();
    instance.closeSync();
    return reader.getRowObjectsJson();
  }
}

/** A spec over `data*`, with a contract in YAML's flow style. */
export function specOf(contract: string, { files = 'data*', task = 'regression', rest = '' } = {}): ModelSpec {
  return parseSpec(
    `model: test\ntask: ${task}\nowner: me\nsource: { files: "${files}" }\ncontract: ${contract}\n${rest}`,
    'pawl.yaml',
  );
}
