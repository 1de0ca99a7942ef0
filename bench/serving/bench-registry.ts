import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../infra/servers/free-port.ts';
import { createDatabaseIfMissing, startPostgres, type PostgresServer } from '../../infra/servers/postgres-server.ts';
import { OnnxModel } from '../../src/onnx/model.ts';
import { scoreFrame } from '../../src/onnx/score-frame.ts';
import { moveChampion } from '../../src/registry/champion.ts';
import { recordDataset } from '../../src/registry/datasets.ts';
import { type GatewayReport, liveGateways } from '../../src/registry/gateways.ts';
import { migrate } from '../../src/registry/migrate.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';
import { openRelease } from '../../src/registry/releases.ts';
import { applySpec } from '../../src/registry/specs.ts';
import { openEpoch, writeRevision } from '../../src/registry/traffic.ts';
import type { RevisionInput } from '../../src/registry/traffic-revisions.ts';
import { recordTrigger } from '../../src/registry/triggers.ts';
import { registerVersion } from '../../src/registry/versions.ts';
import { modelSpec } from '../../src/spec/schema.ts';
import { referenceBins, type ReferenceColumn } from '../../src/stats/reference-bins.ts';
import { folderStore } from '../../src/storage/folder-store.ts';
import { columns } from './model/columns.ts';
import { trainingFrame } from './model/rows.ts';

/** What a revision of the bench's says. */
export type Traffic = Pick<RevisionInput, 'champion' | 'challenger'> & Partial<Pick<RevisionInput, 'share' | 'shadowShare'>>;

/** Longer than any run: a challenger's share must not end because nobody renews its lease. */
const leaseMs = 24 * 3600 * 1000;

/** Reference rows that a version's windows count in bins of. */
const referenceRows = 2000;

/** How long a gateway may take to load its versions. */
const loadMs = 30_000;

/** How long a gateway that is gone may still be listed. */
const liveMs = 30_000;

/** pawl's registry in a Postgres of its own, an object store in a folder, and one model in both. */
export class BenchRegistry {
  readonly model = 'bench';
  readonly url: string;
  readonly storeDirectory: string;
  readonly #postgres: PostgresServer;
  readonly #registry: Registry;
  /** Loses every notification that it sends. */
  readonly #silent: Registry;
  #operations = 0;

  private constructor(postgres: PostgresServer, directory: string) {
    this.#postgres = postgres;
    this.url = `${postgres.url}/bench`;
    this.storeDirectory = path.join(directory, 'store');
    this.#registry = openRegistry(this.url);
    // pg_notify is looked up by the connection's search path: here a function of the same name that does nothing comes first.
    this.#silent = openRegistry(`${this.url}?options=${encodeURIComponent('-c search_path=silent,pg_catalog,public')}`);
  }

  static async start(directory: string): Promise<BenchRegistry> {
    const postgres = await startPostgres({
      directory: path.join(directory, 'postgres'),
      port: await freePort(),
      logFile: path.join(directory, 'postgres.log'),
    });
    await createDatabaseIfMissing(postgres.url, 'bench');
    const bench = new BenchRegistry(postgres, directory);
    await migrate(bench.#registry);
    await bench.#registry.pool.query(
      "CREATE SCHEMA silent; CREATE FUNCTION silent.pg_notify(text, text) RETURNS void LANGUAGE sql AS ''",
    );
    await bench.describe('keep');
    return bench;
  }

  /** Applies the model's spec. `log`: how each feature is logged. */
  async describe(log: 'keep' | 'drop'): Promise<void> {
    const spec = modelSpec.parse({
      model: this.model,
      task: 'binary-classification',
      owner: 'bench',
      source: { files: '*.csv' },
      contract: { label: 'label', features: Object.fromEntries(columns.map((name) => [name, { type: 'number', log }])) },
    });
    await applySpec(this.#registry, { spec, digest: log, source: '', baseDirectory: '/', by: 'bench' });
  }

  /** Stores and registers an artifact with the bins of its windows; returns its version. */
  async register(artifact: Uint8Array, seed: number): Promise<number> {
    const registry = this.#registry;
    const { model } = this;
    const trigger = { id: `trigger-${seed}`, kind: 'person' as const, because: 'the bench', by: 'bench' };
    await recordTrigger(registry, { ...trigger, model, evidence: {} });
    const release = await openRelease(registry, { model, runId: randomUUID(), specDigest: 'keep', trigger });
    const hex = createHash('sha256').update(artifact).digest('hex');
    const uri = await folderStore(this.storeDirectory).put(`versions/${model}/${hex}.onnx`, artifact);
    const dataset = {
      digest: `sha256:${'0'.repeat(64)}`,
      uri: '',
      manifestUri: '',
      rows: referenceRows,
      quarantined: 0,
      oldest: null,
      newest: null,
    } as const;
    await recordDataset(registry, { model, dataset, specDigest: 'keep' });
    const { version } = await registerVersion(registry, {
      model,
      release: release.id,
      uri,
      digest: `sha256:${hex}`,
      datasetDigest: dataset.digest,
      trainer: 'gbt',
      params: {},
      seed,
      metrics: {},
      gates: [],
      importances: {},
      holdoutFrom: null,
      overridden: false,
      reference: await referenceOf(artifact, seed),
    });
    return version;
  }

  /**
   * Writes a revision as a rollout does; returns its number.
   * @param notified false: the notification that gateways listen for is lost
   */
  async setTraffic(traffic: Traffic, notified = true): Promise<number> {
    const { epoch } = await openEpoch(this.#registry, { model: this.model, holder: 'bench', kind: 'rollout' });
    const { revision } = await writeRevision(notified ? this.#registry : this.#silent, {
      model: this.model,
      epoch,
      operationId: `operation-${++this.#operations}`,
      share: 0,
      shadowShare: 0,
      salt: 'bench',
      because: 'the bench',
      ...traffic,
      leaseMs: traffic.challenger === null ? null : leaseMs,
    });
    return revision;
  }

  /** Gives a version the title, as the end of a rollout does once its traffic is written. */
  async lead(version: number): Promise<void> {
    const operationId = `lead-${++this.#operations}`;
    await moveChampion(this.#registry, {
      model: this.model,
      version,
      release: null,
      by: 'bench',
      because: 'the bench',
      operationId,
    });
  }

  /** What the gateways say of themselves. */
  gateways(): Promise<GatewayReport[]> {
    return liveGateways(this.#registry, this.model, liveMs);
  }

  /** Waits until so many processes report that they hold the versions. */
  async untilLoaded(processes: number, versions: readonly number[]): Promise<void> {
    const latest = performance.now() + loadMs;
    for (;;) {
      const loaded = (await this.gateways()).filter((one) => versions.every((version) => one.versions.includes(version)));
      if (loaded.length >= processes) return;
      if (performance.now() > latest)
        throw new Error(`${loaded.length} of ${processes} gateway processes hold v${versions.join(', v')}.`);
      await wait(50);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#registry.close(), this.#silent.close()]);
    await this.#postgres.process.stop(20_000);
  }
}

async function referenceOf(artifact: Uint8Array, seed: number) {
  const frame = trainingFrame(referenceRows, seed);
  const model = await OnnxModel.open(artifact);
  const scores = await scoreFrame(model, frame);
  await model.release();
  const numbers = frame.features.flatMap((name): ReferenceColumn[] => {
    const column = frame.columns[name];
    return column?.type === 'number' ? [{ name, type: 'number', values: column.values }] : [];
  });
  return referenceBins(numbers, scores);
}
