import { randomUUID } from 'node:crypto';
import type { DatasetRef } from '../data/dataset.ts';
import { modelSpec, type ModelSpec } from '../spec/schema.ts';
import { recordDataset } from './datasets.ts';
import type { Registry } from './registry.ts';
import { openRelease } from './releases.ts';
import { applySpec } from './specs.ts';
import { openEpoch } from './traffic.ts';
import type { RevisionInput } from './traffic-revisions.ts';
import { recordTrigger } from './triggers.ts';
import { registerVersion } from './versions.ts';

export function exampleSpec(model: string, changes: Partial<ModelSpec> = {}): ModelSpec {
  return {
    ...modelSpec.parse({
      model,
      task: 'binary-classification',
      owner: 'grid-pricing',
      source: { files: 'data/*.csv' },
      contract: {
        label: 'class',
        features: { period: { type: 'number' }, nswprice: { type: 'number' }, day: { type: 'number' } },
      },
    }),
    ...changes,
  };
}

export function exampleDataset(hex = 'a'): DatasetRef {
  const digest = `sha256:${hex.repeat(64).slice(0, 64)}` as const;
  const uri = `file:///store/datasets/${hex}`;
  return {
    digest,
    uri: `${uri}.parquet`,
    manifestUri: `${uri}.json`,
    rows: 100,
    quarantined: 2,
    oldest: '1996-05-07T00:00:00.000Z',
    newest: '1997-05-01T00:00:00.000Z',
  };
}

/** A model of its own in a registry that tests share, with all that versions and traffic refer to. */
export class ExampleModel {
  readonly registry: Registry;
  readonly model: string;
  #operations = 0;

  private constructor(registry: Registry, model: string) {
    this.registry = registry;
    this.model = model;
  }

  static async apply(registry: Registry, versions = 0): Promise<ExampleModel> {
    const model = `m-${randomUUID()}`;
    await applySpec(registry, { spec: exampleSpec(model), digest: 'spec-1', source: '', baseDirectory: '/somewhere', by: 'ada' });
    const example = new ExampleModel(registry, model);
    for (let i = 0; i < versions; i++) await example.register();
    return example;
  }

  async trigger(because = 'a test') {
    const trigger = { id: randomUUID(), kind: 'person' as const, because, by: 'ada' };
    await recordTrigger(this.registry, { ...trigger, model: this.model, evidence: { rows: 1 } });
    return trigger;
  }

  async open(runId: string = randomUUID()) {
    return openRelease(this.registry, { model: this.model, runId, specDigest: 'spec-1', trigger: await this.trigger() });
  }

  /** Opens a release and registers its version; returns both. */
  async register(): Promise<{ release: string; version: number }> {
    const { id: release } = await this.open();
    await recordDataset(this.registry, { model: this.model, dataset: exampleDataset(), specDigest: 'spec-1' });
    const { version } = await registerVersion(this.registry, this.evidence(release));
    return { release, version };
  }

  evidence(release: string): Parameters<typeof registerVersion>[1] {
    return {
      model: this.model,
      release,
      uri: `file:///store/artifacts/${release}.onnx`,
      digest: `sha256:${'b'.repeat(64)}`,
      datasetDigest: exampleDataset().digest,
      trainer: 'gbt',
      params: { trees: 200, leaves: 31, learning_rate: 0.1 },
      seed: 1,
      metrics: { auc: 0.87, accuracy: 0.79 },
      gates: [],
      importances: { period: 0.4, nswprice: 0.6 },
      holdoutFrom: '1997-04-24T00:00:00.000Z',
      overridden: false,
    };
  }

  async epoch(holder: string = randomUUID()): Promise<number> {
    return (await openEpoch(this.registry, { model: this.model, holder, kind: 'rollout' })).epoch;
  }

  /** A revision to write: v1 answers, or v2 is on trial against it. */
  revision(epoch: number, changes: Partial<RevisionInput> = {}): RevisionInput {
    const trial = changes.challenger != null;
    return {
      model: this.model,
      epoch,
      operationId: `operation-${++this.#operations}`,
      champion: 1,
      challenger: null,
      share: trial ? 0.05 : 0,
      shadowShare: trial ? 1 : 0,
      salt: 'salt',
      leaseMs: trial ? 60_000 : null,
      because: 'a test',
      ...changes,
    };
  }
}
