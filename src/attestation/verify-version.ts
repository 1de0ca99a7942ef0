import { createHash } from 'node:crypto';
import { FinalError, PawlError } from '../errors.ts';
import { getAttestation } from '../registry/attestations.ts';
import { getDataset } from '../registry/datasets.ts';
import { approvalOf } from '../registry/decisions.ts';
import type { Registry } from '../registry/registry.ts';
import { getVersion, type VersionRecord } from '../registry/versions.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { agrees, type Binding, bindingsOf, shown } from './compare.ts';
import { type Admission, type Attestation, openAttestation, type Statement } from './statement.ts';
import { requireAbout, type Trust } from './trust.ts';

/** One thing that is bound to a version, and whether that holds. */
export interface Check {
  readonly subject: string;
  /** `unknown`: what it would be held against is not there any more. */
  readonly result: 'holds' | 'fails' | 'unknown';
  readonly because: string;
}

export interface VerifiedVersion {
  readonly version: number;
  /** Nothing fails. */
  readonly holds: boolean;
  /** Of the key whose signature holds; null where none does. */
  readonly signedBy: string | null;
  /** Who let it through. */
  readonly admission: Admission | null;
  readonly checks: readonly Check[];
}

interface Sources {
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly trust: Trust;
}

/**
 * Holds all that was signed of a version against what there is now: the registry, the artifact and the dataset in the object store.
 * @throws FinalError PAWL_VERSION_NOT_FOUND
 */
export async function verifyVersion(sources: Sources, model: string, version: number): Promise<VerifiedVersion> {
  const { registry, trust } = sources;
  const record = await getVersion(registry, model, version);
  if (record.incumbent !== null)
    return {
      ...nothing(version),
      holds: true,
      checks: [unknown('artifact', `${record.uri} is an endpoint: nothing is signed of it`)],
    };
  // A drill serves the artifact of another version under a number of its own.
  const original = record.copyOf === null ? record : await getVersion(registry, model, record.copyOf);
  const released = await getAttestation(registry, model, original.version, 'released');
  const found = released ?? (await getAttestation(registry, model, original.version, 'registered'));
  if (found === null) return { ...nothing(version), checks: [fails('attestation', 'there is none: nothing is bound to it')] };
  const opened = open(found.envelope, trust, { ...original, digest: record.digest });
  if (!('statement' in opened)) return { ...nothing(version), checks: [opened] };
  const { statement, keyid } = opened;
  const admission = statement.predicate.pawl_admission;
  const checks = [
    holds('signature', `key ${keyid}, which is trusted here`),
    admission === null
      ? fails('admission', 'it was registered, but nobody let it into a rollout')
      : await checkAdmission(registry, admission, original),
    ...bindingsOf(statement, original).map(checkBinding),
    ...(await checkObjects(sources, statement, record)),
  ];
  return { version, holds: !checks.some(({ result }) => result === 'fails'), signedBy: keyid, admission, checks };
}

const nothing = (version: number) => ({ version, holds: false, signedBy: null, admission: null });
const holds = (subject: string, because: string): Check => ({ subject, result: 'holds', because });
const fails = (subject: string, because: string): Check => ({ subject, result: 'fails', because });
const unknown = (subject: string, because: string): Check => ({ subject, result: 'unknown', because });

function open(envelope: string, { keys }: Trust, about: VersionRecord): Attestation | Check {
  try {
    const attestation = openAttestation(envelope, keys);
    requireAbout(attestation, about);
    return attestation;
  } catch (error) {
    if (!(error instanceof PawlError)) throw error;
    return fails(error.problems[0]?.subject ?? 'attestation', error.message);
  }
}

function checkBinding(binding: Binding): Check {
  const { subject, signed, recorded } = binding;
  if (!agrees(binding)) return fails(subject, `${shown(signed)} was signed, and the registry says ${shown(recorded)}`);
  return holds(subject, shown(signed));
}

async function checkAdmission(registry: Registry, admission: Admission, { release }: VersionRecord): Promise<Check> {
  const { by, because, approval } = admission;
  const recorded = release === null ? null : await approvalOf(registry, release);
  if (approval !== null && !agrees({ signed: approval, recorded }))
    return fails('admission', `${approval.by} approved it, as was signed, and the registry says ${recorded?.by ?? 'nobody'} did`);
  return holds('admission', `${by}${admission.adopted ? ', by hand' : ''}: ${because}`);
}

/** The bytes themselves, and the code, of which only the name is left. */
async function checkObjects({ registry, store }: Sources, statement: Statement, record: VersionRecord): Promise<Check[]> {
  const { buildDefinition, runDetails } = statement.predicate;
  const artifact = await digestIn(store, record.uri);
  const dataset = record.datasetDigest === null ? null : await datasetIn(registry, store, record.datasetDigest);
  const trainer = buildDefinition.resolvedDependencies.find(({ name }) => name === 'trainer');
  const code = trainer === undefined ? '' : `, trainer sha256:${trainer.digest.sha256}`;
  return [
    artifact === null
      ? fails('artifact bytes', 'the object store has no such object')
      : compared('artifact bytes', artifact, record.digest),
    dataset === null
      ? unknown('dataset bytes', 'the object store does not have it any more')
      : compared('dataset bytes', dataset, record.datasetDigest ?? ''),
    holds('code', `pawl ${runDetails.builder.version['pawl'] ?? 'unknown'}${code}`),
  ];
}

const compared = (subject: string, digest: string, expected: string): Check =>
  digest === expected ? holds(subject, digest) : fails(subject, `they have the digest ${digest}, not ${expected}`);

async function datasetIn(registry: Registry, store: ObjectStore, digest: string): Promise<string | null> {
  try {
    return await digestIn(store, (await getDataset(registry, digest)).uri);
  } catch (error) {
    if (error instanceof FinalError && error.code === 'PAWL_DATASET_NOT_FOUND') return null;
    throw error;
  }
}

/** Null where it is not there. */
async function digestIn(store: ObjectStore, uri: string): Promise<string | null> {
  try {
    return `sha256:${createHash('sha256')
      .update(await store.get(uri))
      .digest('hex')}`;
  } catch (error) {
    if (error instanceof FinalError && error.code === 'PAWL_OBJECT_NOT_FOUND') return null;
    throw error;
  }
}
