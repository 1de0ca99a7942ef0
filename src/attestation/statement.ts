import { z } from 'zod';
import type { GateResult } from '../evaluation/gate-result.ts';
import { type OpenedEnvelope, openEnvelope, refusal, sealEnvelope } from './envelope.ts';
import type { Signer, TrustedKeys } from './keys.ts';

/** in-toto attestation framework, "Statement" v1. */
export const statementType = 'https://in-toto.io/Statement/v1';

/**
 * What a statement says is said as SLSA provenance, v1 (slsa.dev/spec/v1.0/provenance), so that others' tools can read it. What
 * provenance has no word for, the evaluation and who let the version through, is in fields of its own, named as the specification
 * asks of extensions.
 */
export const predicateType = 'https://slsa.dev/provenance/v1';

/** What the parameters mean, and how the build goes. */
export const buildType = 'urn:pawl:release:v1';

// Fields that a later pawl adds are signed like the others, and passed over here, as in-toto asks of readers.
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const digestSet = z.object({ sha256: hex });
const instant = z.iso.datetime();
const metrics = z.record(z.string(), z.number().nullable());
const word = z.object({ by: z.string(), because: z.string() });

const evaluation = z.object({
  metrics,
  /** The one that it was held against; null where there was none. */
  champion: z.int().nullable(),
  championMetrics: metrics.nullable(),
  /** Every gate with its numbers, as the registry has it. */
  gates: z.array(z.custom<GateResult>((gate) => typeof gate === 'object' && gate !== null)),
  passed: z.boolean(),
  /** Event time of the first row that it has not learned from. */
  holdoutFrom: instant.nullable(),
});

const admission = z.object({
  /** Who let it through: a person, or `pawl` where the gates alone decided. */
  by: z.string(),
  because: z.string(),
  at: instant,
  /** Where an approval was asked for. */
  approval: word.nullable(),
  /** Where a gate refused it and somebody let it through. */
  override: word.nullable(),
  /** Signed later, by hand: the registry was believed, not what the evaluation itself had signed. */
  adopted: z.boolean(),
});

const dependency = z.object({
  name: z.string(),
  digest: digestSet,
  annotations: z.record(z.string(), z.unknown()).optional(),
});

const predicate = z.object({
  buildDefinition: z.object({
    buildType: z.literal(buildType),
    externalParameters: z.object({
      model: z.string(),
      trainer: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      seed: z.number(),
      /** Digest of the pawl.yaml that the release went by. */
      spec: z.string().nullable(),
      trigger: z.object({ kind: z.string(), by: z.string(), because: z.string() }).nullable(),
      asOf: instant.nullable(),
      shuffleLabels: z.boolean(),
    }),
    /** The dataset, and the trainer's own code where it has a digest. */
    resolvedDependencies: z.array(dependency),
  }),
  runDetails: z.object({
    /** `version.pawl`: of the pawl that trained. */
    builder: z.object({ id: z.string(), version: z.record(z.string(), z.string()) }),
    metadata: z.object({ invocationId: z.string(), startedOn: instant.optional() }),
  }),
  pawl_evaluation: evaluation,
  /** Null until the version was let into its rollout. */
  pawl_admission: admission.nullable(),
});

const statement = z.object({
  _type: z.literal(statementType),
  subject: z.tuple([z.object({ name: z.string(), digest: digestSet })]),
  predicateType: z.literal(predicateType),
  predicate,
});

/** What is signed of a version: data, code, parameters, artifact, evaluation and, once it was let through, by whom. */
export type Statement = z.output<typeof statement>;
export type Evaluated = z.output<typeof evaluation>;
export type Admission = z.output<typeof admission>;

/** A statement whose signature holds. */
export interface Attestation {
  readonly statement: Statement;
  /** Of the key that signed it. */
  readonly keyid: string;
}

/** `electricity/v3` */
export const subjectName = (model: string, version: number) => `${model}/v${version}`;

/** `sha256:` and 64 hex digits as in-toto writes it, and back. */
export const digestSetOf = (digest: string) => ({ sha256: digest.slice('sha256:'.length) });
export const digestFrom = ({ sha256 }: { readonly sha256: string }) => `sha256:${sha256}`;

/** The statement of a version, signed: a DSSE envelope as JSON. */
export function seal(content: Statement, signer: Signer): string {
  return sealEnvelope(Buffer.from(JSON.stringify(statement.parse(content))), signer);
}

/**
 * @param envelope a DSSE envelope as JSON
 * @throws FinalError PAWL_ATTESTATION_INVALID naming what does not hold: `envelope`, `key`, `signature` or `statement`
 */
export function openAttestation(envelope: string, keys: TrustedKeys): Attestation {
  const { payload, keyid } = openEnvelope(envelope, keys);
  return { statement: readStatement(payload), keyid };
}

function readStatement(payload: OpenedEnvelope['payload']): Statement {
  const value = ((): unknown => {
    try {
      return JSON.parse(payload.toString('utf8'));
    } catch {
      return null;
    }
  })();
  const parsed = statement.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refusal(
    'statement',
    `it is none that pawl makes of a version (${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''})`,
  );
}
