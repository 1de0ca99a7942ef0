import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { getAttestation } from '../registry/attestations.ts';
import { recordDataset } from '../registry/datasets.ts';
import { recordDecision } from '../registry/decisions.ts';
import { ExampleModel, exampleDataset, exampleSpec } from '../registry/example-model.testsuite.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { updateRelease } from '../registry/releases.ts';
import { applySpec } from '../registry/specs.ts';
import { registerVersion } from '../registry/versions.ts';
import { digestOf } from '../serving/local-cache.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { attestByHand, attestRegistered, attestReleased } from './attest-version.ts';
import { newSigningKey, pemOf, publicKeysOf, signerOf } from './keys.ts';
import { openAttestation } from './statement.ts';
import type { Trust } from './trust.ts';
import { verifyVersion } from './verify-version.ts';

let registry: Registry;
let directory: string;
let store: ObjectStore;
let example: ExampleModel;
let made = 0;

const signer = signerOf(newSigningKey());
const newer = signerOf(newSigningKey());
const trust: Trust = { keys: publicKeysOf(pemOf([signer.publicKey])), required: true };
const at = new Date('2026-03-01T00:00:00Z');

beforeAll(async () => {
  registry = openRegistry(await createDatabase());
  directory = await mkdtemp(join(tmpdir(), 'pawl-attest-'));
  store = folderStore(directory);
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  example = await ExampleModel.apply(registry);
});

interface Made {
  readonly release: string;
  readonly version: number;
  readonly artifact: string;
  readonly dataset: string;
}

/** A version whose artifact and dataset are in the store; with what the evaluation signed of it, unless it is of before that. */
async function make(options: { overridden?: boolean; signed?: boolean } = {}): Promise<Made> {
  const { overridden = false, signed = true } = options;
  const { id: release } = await example.open();
  const [artifact, dataset] = [`artifacts/${++made}.onnx`, `datasets/${made}.parquet`];
  const [model, rows] = [Buffer.from(`model ${made}`), Buffer.from(`rows ${made}`)];
  const uri = await store.put(dataset, rows);
  const digest = digestOf(rows) as `sha256:${string}`;
  await recordDataset(registry, { model: example.model, dataset: { ...exampleDataset(), digest, uri }, specDigest: 'spec-1' });
  const evidence = {
    ...example.evidence(release),
    uri: await store.put(artifact, model),
    digest: digestOf(model),
    datasetDigest: digest,
    overridden,
  };
  const { version } = await registerVersion(registry, evidence);
  await updateRelease(registry, release, { version });
  const { metrics, holdoutFrom } = evidence;
  const evaluation = { metrics, champion: null, championMetrics: null, gates: [], passed: !overridden, holdoutFrom };
  if (signed)
    await attestRegistered({ registry, signer }, { model: example.model, version, code: { pawl: '0.1.0' }, evaluation });
  return { release, version, artifact, dataset };
}

const letThrough = (release: string) => attestReleased({ registry, signer, trust }, { release, at });
const verify = (version: number, by: Trust = trust) => verifyVersion({ registry, store, trust: by }, example.model, version);
const failing = async (version: number, by?: Trust) =>
  (await verify(version, by)).checks.filter(({ result }) => result === 'fails').map(({ subject }) => subject);

async function admissionOf(version: number) {
  const released = await getAttestation(registry, example.model, version, 'released');
  return released === null ? null : openAttestation(released.envelope, trust.keys).statement.predicate.pawl_admission;
}

/** As somebody would who has the registry's password and more rights than pawl. */
async function tamper(version: number, change: ReturnType<typeof sql>): Promise<void> {
  await registry.db.transaction().execute(async (work) => {
    await sql`ALTER TABLE versions DISABLE TRIGGER append_only`.execute(work);
    await sql`UPDATE versions SET ${change} WHERE model = ${example.model} AND version = ${version}`.execute(work);
    await sql`ALTER TABLE versions ENABLE TRIGGER append_only`.execute(work);
  });
}

async function flip(key: string): Promise<void> {
  const bytes = Buffer.from(await store.get(key));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await store.put(key, bytes);
}

describe('who let a version through', () => {
  it('is pawl where the gates alone decided, and whoever overrode them where they refused it', async () => {
    const passed = await make();
    expect(await letThrough(passed.release)).toBe(true);
    expect(await admissionOf(passed.version)).toMatchObject({ by: 'pawl', approval: null, override: null, at: at.toISOString() });
    const overridden = await make({ overridden: true });
    await letThrough(overridden.release);
    expect(await admissionOf(overridden.version)).toMatchObject({ by: 'ada', override: { by: 'ada', because: 'a test' } });
  });

  it('is who approved, where an approval is asked for; without one nothing is signed', async () => {
    const spec = exampleSpec(example.model);
    const careful = { ...spec, release: { ...spec.release, approval: 'required' as const } };
    await applySpec(registry, { spec: careful, digest: 'spec-2', source: '', baseDirectory: '/', by: 'ada' });
    const { release, version } = await make();
    await sql`UPDATE releases SET spec_digest = 'spec-2' WHERE id = ${release}`.execute(registry.db);
    await expect(letThrough(release)).rejects.toMatchObject({ message: expect.stringContaining('Nobody approved') as string });
    const because = 'bob approved v1: looks fine';
    const decision = { model: example.model, release, workflow: 'release', stage: 'approval', because } as const;
    await recordDecision(registry, { ...decision, key: `${release}/a`, action: 'approve', evidence: { by: 'bob' } });
    await letThrough(release);
    expect(await admissionOf(version)).toMatchObject({ by: 'bob', because, approval: { by: 'bob', because } });
    expect(await verify(version)).toMatchObject({ holds: true, admission: { by: 'bob' } });
  });

  it('is signed once, however often the activity runs', async () => {
    const { release, version } = await make();
    await letThrough(release);
    const first = await getAttestation(registry, example.model, version, 'released');
    await attestReleased({ registry, signer: newer, trust }, { release, at: new Date() });
    expect(await getAttestation(registry, example.model, version, 'released')).toEqual(first);
  });

  it('is not signed on the word of the registry alone: not where nothing was signed before, not where it was changed since', async () => {
    const old = await make({ signed: false });
    expect(await letThrough(old.release)).toBe(false);
    const changed = await make();
    await tamper(changed.version, sql`metrics = '{"auc": 0.99}', digest = ${`sha256:${'9'.repeat(64)}`}`);
    await expect(letThrough(changed.release)).rejects.toMatchObject({ code: 'PAWL_ATTESTATION_INVALID' });
    const better = await make();
    await tamper(better.version, sql`metrics = '{"auc": 0.99}', seed = 2`);
    await expect(letThrough(better.release)).rejects.toMatchObject({ problems: [{ subject: 'seed' }, { subject: 'metrics' }] });
    expect(await admissionOf(better.version)).toBeNull();
  });
});

describe('a version that is verified', () => {
  it('holds, and says what is bound to it', async () => {
    const { release, version } = await make();
    await letThrough(release);
    const verified = await verify(version);
    expect(verified).toMatchObject({ holds: true, signedBy: signer.keyid, admission: { by: 'pawl' } });
    expect(verified.checks.map(({ subject }) => subject)).toEqual([
      'signature',
      'admission',
      'artifact',
      'dataset',
      'trainer',
      'parameters',
      'seed',
      'metrics',
      'gates',
      'override',
      'holdout',
      'artifact bytes',
      'dataset bytes',
      'code',
    ]);
  });

  it('does not hold where a byte of its artifact or its dataset is another, or the artifact is gone', async () => {
    const { release, version, artifact, dataset } = await make();
    await letThrough(release);
    await flip(artifact);
    await flip(dataset);
    expect(await failing(version)).toEqual(['artifact bytes', 'dataset bytes']);
    await store.delete(artifact);
    // A dataset may be deleted because its time is over; what was learned from it is not worth less for that.
    await store.delete(dataset);
    expect(await failing(version)).toEqual(['artifact bytes']);
  });

  it('does not hold where the registry says something else than was signed', async () => {
    const { release, version } = await make();
    await letThrough(release);
    await tamper(version, sql`params = '{"trees": 1}', overridden = true`);
    expect(await failing(version)).toEqual(['parameters', 'override']);
  });

  it('does not hold without an attestation, without an admission, and by a key that is not trusted', async () => {
    const old = await make({ signed: false });
    expect(await failing(old.version)).toEqual(['attestation']);
    const waiting = await make();
    expect(await failing(waiting.version)).toEqual(['admission']);
    await letThrough(waiting.release);
    expect(await failing(waiting.version, { ...trust, keys: publicKeysOf(pemOf([newer.publicKey])) })).toEqual(['key']);
  });
});

describe('signing by hand', () => {
  const byHand = (version: number, by = signer) =>
    attestByHand({ registry, signer: by, trust }, { model: example.model, version, by: 'eve', because: 'served for a year', at });

  it('takes a version of before on the word of a person, who is named', async () => {
    const { version } = await make({ signed: false });
    expect(await byHand(version)).toContain('on the word of eve');
    expect(await verify(version)).toMatchObject({
      holds: true,
      admission: { by: 'eve', because: 'served for a year', adopted: true },
    });
  });

  it('adds the signature of a new key and leaves what was signed as it is; then both hold', async () => {
    const { release, version } = await make();
    await letThrough(release);
    expect(await byHand(version, newer)).toContain('beside the one that it had');
    for (const key of [signer, newer]) {
      const alone = { ...trust, keys: publicKeysOf(pemOf([key.publicKey])) };
      expect(await verify(version, alone)).toMatchObject({ holds: true, signedBy: key.keyid, admission: { by: 'pawl' } });
    }
  });

  it('signs nothing that does not hold', async () => {
    const { release, version } = await make();
    await letThrough(release);
    await tamper(version, sql`metrics = '{"auc": 0.99}'`);
    await expect(byHand(version, newer)).rejects.toMatchObject({ problems: [{ subject: 'metrics' }] });
  });
});
