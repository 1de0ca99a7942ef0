import { withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';

/** `registered`: evaluated and given a number. `released`: let into its rollout besides. */
export type AttestedStage = 'registered' | 'released';

/** An attestation as it was signed. */
export interface AttestationRecord {
  readonly stage: AttestedStage;
  /** Of the key that says that it signed it. */
  readonly keyid: string;
  /** A DSSE envelope as JSON, to the byte. */
  readonly envelope: string;
  readonly signedAt: Date;
}

interface NewAttestation {
  readonly model: string;
  readonly version: number;
  readonly stage: AttestedStage;
  readonly keyid: string;
  readonly envelope: string;
}

/** Adds an attestation; from then on it is the one of its stage that counts. */
export async function addAttestation(registry: Registry, input: NewAttestation): Promise<void> {
  await registry.db.insertInto('attestations').values(input).execute();
}

/** The same, where the stage has none yet: for activities, which may be run again. */
export async function addFirstAttestation(registry: Registry, input: NewAttestation): Promise<void> {
  const { model, version, stage } = input;
  await withModelLocked(registry, model, async (work) => {
    const there = await work
      .selectFrom('attestations')
      .select('seq')
      .where('model', '=', model)
      .where('version', '=', version)
      .where('stage', '=', stage)
      .executeTakeFirst();
    if (there === undefined) await work.insertInto('attestations').values(input).execute();
  });
}

/** The newest of a stage; null where there is none. */
export async function getAttestation(
  registry: Registry,
  model: string,
  version: number,
  stage: AttestedStage,
): Promise<AttestationRecord | null> {
  const row = await registry.db
    .selectFrom('attestations')
    .select(['stage', 'keyid', 'envelope', 'signed_at as signedAt'])
    .where('model', '=', model)
    .where('version', '=', version)
    .where('stage', '=', stage)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row ?? null;
}
