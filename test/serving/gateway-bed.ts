import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { moveChampion } from '../../src/registry/champion.ts';
import { recordDataset } from '../../src/registry/datasets.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';
import { openRelease } from '../../src/registry/releases.ts';
import { applySpec } from '../../src/registry/specs.ts';
import { openEpoch, writeRevision } from '../../src/registry/traffic.ts';
import { recordTrigger } from '../../src/registry/triggers.ts';
import { registerVersion } from '../../src/registry/versions.ts';
import { decodeSegment } from '../../src/serving/segment.ts';
import { startGateway, type Gateway, type GatewayOptions } from '../../src/serving/gateway.ts';
import type { LoggedPrediction } from '../../src/serving/logged-prediction.ts';
import { modelSpec } from '../../src/spec/schema.ts';
import type { ReferenceBins } from '../../src/stats/reference-bins.ts';
import { folderStore } from '../../src/storage/folder-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

export type Traffic = Partial<
  Pick<Parameters<typeof writeRevision>[1], 'champion' | 'challenger' | 'share' | 'shadowShare' | 'leaseMs' | 'salt' | 'segments'>
>;

/** A registry with one model, an object store and gateways on them, all real, in a folder of their own. */
export class GatewayBed {
  readonly registryUrl: string;
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly directory: string;
  readonly model = 'electricity';
  #releases = 0;
  #operations = 0;
  readonly #gateways: Gateway[] = [];

  private constructor(registryUrl: string, directory: string) {
    this.registryUrl = registryUrl;
    this.registry = openRegistry(registryUrl);
    this.directory = directory;
    this.store = folderStore(join(directory, 'store'));
  }

  /** `serving`: that part of the spec, as pawl.yaml has it. */
  static async create(registryUrl: string, serving: Readonly<Record<string, unknown>> = {}): Promise<GatewayBed> {
    const bed = new GatewayBed(registryUrl, await mkdtemp(join(tmpdir(), 'pawl-gateway-')));
    const spec = modelSpec.parse({
      model: bed.model,
      task: 'binary-classification',
      owner: 'tests',
      source: { files: '*.csv' },
      serving,
      contract: { label: 'class', features: { price: { type: 'number' }, region: { type: 'category' } } },
    });
    await applySpec(bed.registry, { spec, digest: 'spec', source: '', baseDirectory: '/', by: 'tests' });
    return bed;
  }

  /** Stores and registers an artifact, with the bins that its windows count in; returns its version. */
  async register(artifact: Uint8Array, reference: ReferenceBins | null = null): Promise<number> {
    const number = ++this.#releases;
    const trigger = { id: `trigger-${number}`, kind: 'person' as const, because: 'a test', by: 'tests' };
    await recordTrigger(this.registry, { ...trigger, model: this.model, evidence: {} });
    const release = await openRelease(this.registry, { model: this.model, runId: randomUUID(), specDigest: 'spec', trigger });
    const hex = createHash('sha256').update(artifact).digest('hex');
    const uri = await this.store.put(`versions/${this.model}/${hex}-${number}.onnx`, artifact);
    const dataset = {
      digest: `sha256:${'0'.repeat(64)}`,
      uri: '',
      manifestUri: '',
      rows: 1,
      quarantined: 0,
      oldest: null,
      newest: null,
    } as const;
    await recordDataset(this.registry, { model: this.model, dataset, specDigest: 'spec' });
    const { version } = await registerVersion(this.registry, {
      model: this.model,
      release: release.id,
      uri,
      digest: `sha256:${hex}`,
      datasetDigest: dataset.digest,
      trainer: 'logistic',
      params: {},
      seed: 1,
      metrics: {},
      gates: [],
      importances: {},
      holdoutFrom: null,
      overridden: false,
      reference,
    });
    return version;
  }

  /** Writes a revision; returns its number. */
  async setTraffic(traffic: Traffic): Promise<number> {
    const { epoch } = await openEpoch(this.registry, { model: this.model, holder: 'tests', kind: 'rollout' });
    const challenger = traffic.challenger ?? null;
    const { revision } = await writeRevision(this.registry, {
      model: this.model,
      epoch,
      operationId: `operation-${++this.#operations}`,
      champion: null,
      share: 0,
      shadowShare: 0,
      salt: 'salt',
      because: 'a test',
      ...traffic,
      challenger,
      leaseMs: challenger === null ? null : (traffic.leaseMs ?? 60_000),
    });
    return revision;
  }

  /** Adds a version to the history of champions. */
  async lead(version: number): Promise<void> {
    const operationId = `lead-${++this.#operations}`;
    await moveChampion(this.registry, { model: this.model, version, release: null, by: 'tests', because: 'a test', operationId });
  }

  async startGateway(options: Partial<GatewayOptions> = {}): Promise<GatewayClient> {
    const gateway = await startGateway({
      registryUrl: this.registryUrl,
      store: this.store,
      logger: pino({ level: 'silent' }),
      port: 0,
      spoolDirectory: join(this.directory, 'spool'),
      flushMs: 10,
      segmentMs: 50,
      windowMs: 50,
      pollMs: 200,
      drainMs: 2000,
      ...options,
    });
    this.#gateways.push(gateway);
    return new GatewayClient(gateway.address, this.model, gateway);
  }

  /** Everything that was logged and shipped. */
  async logged(): Promise<LoggedPrediction[]> {
    const keys = await this.store.list(`predictions/${this.model}/`);
    return (await Promise.all(keys.map(async (key) => decodeSegment(await this.store.get(key))))).flat();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#gateways.map((gateway) => gateway.close()));
    await this.registry.close();
    await rm(this.directory, { recursive: true });
  }
}

export interface Predicted {
  readonly status: number;
  readonly version: string | null;
  /** Who answered in the place of the one that should have. */
  readonly fallback: string | null;
  readonly predictions: readonly { id: string; prediction: string | number; score: number | null; version: number | null }[];
  readonly error?: { code: string; message: string; problems: readonly { subject?: string; message: string }[] };
  readonly retryAfter: string | null;
}

/** Speaks to a gateway as a caller does. */
export class GatewayClient {
  readonly address: string;
  readonly model: string;
  readonly gateway: Gateway | null;

  constructor(address: string, model: string, gateway: Gateway | null = null) {
    this.address = address;
    this.model = model;
    this.gateway = gateway;
  }

  async predict(
    body: unknown,
    options: { key?: string; model?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Predicted> {
    const response = await fetch(`${this.address}/v1/models/${options.model ?? this.model}/predict`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...options.headers, ...(options.key === undefined ? {} : { 'x-pawl-key': options.key }) },
    });
    return {
      status: response.status,
      version: response.headers.get('x-pawl-version'),
      fallback: response.headers.get('x-pawl-fallback'),
      retryAfter: response.headers.get('retry-after'),
      ...((await response.json()) as Pick<Predicted, 'predictions' | 'error'>),
    };
  }

  async feedback(body: unknown): Promise<{ status: number; accepted?: number }> {
    const response = await fetch(`${this.address}/v1/models/${this.model}/feedback`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as { accepted?: number }) };
  }

  async status(path: string): Promise<number> {
    const response = await fetch(`${this.address}${path}`);
    await response.arrayBuffer();
    return response.status;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.address}/metrics`)).text();
  }

  /** The model as `GET /v1/models` describes it. */
  async described(): Promise<
    { revision: number; versions: number[]; shareInForce: number; leaseRemainingMs: number | null } | undefined
  > {
    const { models } = (await (await fetch(`${this.address}/v1/models`)).json()) as {
      models: { model: string; revision: number; versions: number[]; shareInForce: number; leaseRemainingMs: number | null }[];
    };
    return models.find((one) => one.model === this.model);
  }

  /** True once the revision is in force with these versions warm. */
  async inForce(revision: number, ...versions: number[]): Promise<boolean> {
    const described = await this.described();
    return described?.revision === revision && versions.every((version) => described.versions.includes(version));
  }
}
