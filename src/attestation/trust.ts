import { FinalError, PawlError } from '../errors.ts';
import { refusal } from './envelope.ts';
import type { TrustedKeys } from './keys.ts';
import { type Attestation, digestFrom, openAttestation, subjectName } from './statement.ts';

/** Whose word counts, and whether a version may go without. */
export interface Trust {
  readonly keys: TrustedKeys;
  /**
   * True: no version without an attestation. False: one that has none is taken for one of before there were attestations; whoever can
   * write the registry can take an attestation away then.
   */
  readonly required: boolean;
}

/** A version that somebody asks to load, with the attestation that came with it. */
export interface Claim {
  readonly model: string;
  readonly version: number;
  readonly digest: string;
  /** A DSSE envelope; null, or left out, for none. */
  readonly attestation?: string | null;
  /** The version whose artifact it is, where a drill serves one under a number of its own. */
  readonly copyOf?: number | null;
}

/**
 * Lets a version pass whose attestation is signed by a trusted key, is about this model, this version and this artifact, and says that
 * it was let into its rollout. The bytes of the artifact are for the caller to hold against the digest.
 * @param trust null: nobody's word counts here, and nothing is asked
 * @returns null where there is nothing to check, which is only let pass where none is required
 * @throws FinalError PAWL_ATTESTATION_MISSING, PAWL_ATTESTATION_INVALID
 */
export function requireAttested(trust: Trust | null, claim: Claim): Attestation | null {
  if (trust === null) return null;
  const { model, version, attestation: envelope = null, copyOf = null } = claim;
  if (envelope === null) {
    if (!trust.required) return null;
    throw new FinalError('PAWL_ATTESTATION_MISSING', `v${version} of ${model} has no attestation, and one is required here.`);
  }
  return named(claim, () => {
    const attestation = openAttestation(envelope, trust.keys);
    requireAbout(attestation, { ...claim, version: copyOf ?? version });
    if (attestation.statement.predicate.pawl_admission === null)
      throw refusal('admission', 'the version was registered, but nobody let it into a rollout');
    return attestation;
  });
}

/** An error says of which version it is. */
function named<T>({ model, version }: Claim, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof PawlError)) throw cause;
    const { code, problems, message } = cause;
    throw new FinalError(code, message.replace('The attestation', `The attestation of v${version} of ${model}`), {
      problems,
      cause,
    });
  }
}

/** @throws FinalError PAWL_ATTESTATION_INVALID where it is about another version or another artifact. */
export function requireAbout(
  { statement }: Attestation,
  { model, version, digest }: Pick<Claim, 'model' | 'version' | 'digest'>,
): void {
  const [subject] = statement.subject;
  const name = subjectName(model, version);
  if (subject.name !== name) throw refusal('subject', `it is about ${subject.name}, not about ${name}`);
  const attested = digestFrom(subject.digest);
  if (attested !== digest)
    throw refusal('artifact', `${name} was attested with the artifact ${attested}, and the registry names ${digest}`);
}
