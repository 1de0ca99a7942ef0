import { FinalError } from '../errors.ts';
import { addAttestation, addFirstAttestation, getAttestation } from '../registry/attestations.ts';
import { getDataset } from '../registry/datasets.ts';
import { approvalOf } from '../registry/decisions.ts';
import type { Registry } from '../registry/registry.ts';
import { getRelease } from '../registry/releases.ts';
import { getSpec } from '../registry/specs.ts';
import { getTrigger } from '../registry/triggers.ts';
import { getVersion, type VersionRecord } from '../registry/versions.ts';
import { requireAgreement } from './compare.ts';
import { type Code, describeVersion } from './describe-version.ts';
import { countersign } from './envelope.ts';
import type { Signer, TrustedKeys } from './keys.ts';
import { type Admission, type Evaluated, openAttestation, seal, type Statement } from './statement.ts';
import { requireAbout, type Trust } from './trust.ts';

interface Signing {
  readonly registry: Registry;
  readonly signer: Signer;
  /** Others whose word counts beside the signer's own: what they signed may be signed on. */
  readonly trust: Trust | null;
}

/** Signs what the evaluation found, as the version gets its number. Again, it changes nothing. */
export async function attestRegistered(
  { registry, signer }: Pick<Signing, 'registry' | 'signer'>,
  input: { readonly model: string; readonly version: number; readonly code: Code; readonly evaluation: Evaluated },
): Promise<void> {
  const { model, version, code, evaluation } = input;
  const record = await getVersion(registry, model, version);
  const statement = await statementOf(registry, record, { code, evaluation });
  requireAgreement(statement, record);
  await addFirstAttestation(registry, {
    model,
    version,
    stage: 'registered',
    keyid: signer.keyid,
    envelope: seal(statement, signer),
  });
}

/**
 * Signs that a release's version was let into its rollout, and by whom: on top of what was signed when it was registered, so that
 * nothing changed in between. A version that nothing was signed of then gets no attestation now.
 * @returns whether it has one
 * @throws FinalError PAWL_ATTESTATION_INVALID where that does not hold, or the registry says something else
 */
export async function attestReleased(
  { registry, signer, trust }: Signing,
  input: { readonly release: string; readonly at: Date },
): Promise<boolean> {
  const release = await getRelease(registry, input.release);
  const { model, version } = release;
  if (version === null) return false;
  const registered = await getAttestation(registry, model, version, 'registered');
  if (registered === null) return false;
  const statement = stillHolds(registered.envelope, await getVersion(registry, model, version), {
    signer,
    trust,
  });
  const [approval, trigger, { spec }] = await Promise.all([
    approvalOf(registry, release.id),
    getTrigger(registry, release.triggerId),
    getSpec(registry, model, release.specDigest),
  ]);
  if (spec.release.approval === 'required' && approval === null)
    throw new FinalError('PAWL_ATTESTATION_INVALID', `Nobody approved ${release.id}, and its spec asks for an approval.`);
  const { passed, gates } = statement.predicate.pawl_evaluation;
  const override = passed || trigger === null ? null : { by: trigger.by, because: trigger.because };
  const who = approval ?? override;
  const admission: Admission = {
    by: who?.by ?? 'pawl',
    because: who?.because ?? `${gates.length} ${gates.length === 1 ? 'gate' : 'gates'} passed`,
    at: input.at.toISOString(),
    approval,
    override,
    adopted: false,
  };
  await addFirstAttestation(registry, {
    model,
    version,
    stage: 'released',
    keyid: signer.keyid,
    envelope: seal(admitted(statement, admission), signer),
  });
  return true;
}

/**
 * Signs a version by hand: one of before there were attestations, on a person's word; one that has an attestation with one key more.
 * The bytes of the artifact are for the caller to hold against the digest.
 * @returns what was done, as a sentence
 * @throws FinalError PAWL_ATTESTATION_INVALID where something was signed of it that does not hold
 */
export async function attestByHand(
  { registry, signer, trust }: Signing,
  input: { readonly model: string; readonly version: number; readonly by: string; readonly because: string; readonly at: Date },
): Promise<string> {
  const { model, version, by, because, at } = input;
  const record = await getVersion(registry, model, version);
  const [registered, released] = await Promise.all(
    (['registered', 'released'] as const).map((stage) => getAttestation(registry, model, version, stage)),
  );
  const known = released ?? registered;
  const statement =
    known == null
      ? await statementOf(registry, record, { code: { pawl: 'unknown' }, evaluation: recordedEvaluation(record) })
      : stillHolds(known.envelope, record, { signer, trust });
  const again = released != null && statement.predicate.pawl_admission !== null;
  const admission: Admission = { by, because, at: at.toISOString(), approval: null, override: null, adopted: true };
  const envelope = again ? countersign(released.envelope, signer) : seal(admitted(statement, admission), signer);
  await addAttestation(registry, { model, version, stage: 'released', keyid: signer.keyid, envelope });
  const key = signer.keyid.slice(0, 12);
  return again
    ? `v${version} of ${model} has the signature of key ${key} beside the one that it had`
    : `v${version} of ${model} has an attestation on the word of ${by}, signed by key ${key}: ${because}`;
}

/** What was signed of a version, where it still says what the registry says. */
function stillHolds(envelope: string, record: VersionRecord, { signer, trust }: Omit<Signing, 'registry'>): Statement {
  const keys: TrustedKeys = new Map([...(trust?.keys ?? []), [signer.keyid, signer.publicKey]]);
  const attestation = openAttestation(envelope, keys);
  requireAbout(attestation, record);
  requireAgreement(attestation.statement, record);
  return attestation.statement;
}

async function statementOf(
  registry: Registry,
  record: VersionRecord,
  { code, evaluation }: { readonly code: Code; readonly evaluation: Evaluated },
): Promise<Statement> {
  if (record.release === null || record.datasetDigest === null)
    throw new FinalError(
      'PAWL_ATTESTATION_IMPOSSIBLE',
      `v${record.version} of ${record.model} is the endpoint ${record.uri}: there is no artifact to sign for.`,
    );
  const release = await getRelease(registry, record.release);
  const [dataset, trigger] = await Promise.all([
    getDataset(registry, record.datasetDigest),
    getTrigger(registry, release.triggerId),
  ]);
  return describeVersion({ version: record, dataset, release, trigger, code, evaluation }, null);
}

/** What the registry kept of an evaluation. */
function recordedEvaluation({ metrics, gates, overridden, holdoutFrom }: VersionRecord): Evaluated {
  return { metrics, champion: null, championMetrics: null, gates: [...gates], passed: !overridden, holdoutFrom };
}

const admitted = (statement: Statement, admission: Admission): Statement => ({
  ...statement,
  predicate: { ...statement.predicate, pawl_admission: admission },
});
