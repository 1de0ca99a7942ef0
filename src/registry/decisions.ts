import type { Registry } from './registry.ts';
import { json } from './registry.ts';

/** One line of a model's history: a decision with what it was made on. */
export interface DecisionRecord {
  readonly key: string;
  readonly model: string;
  readonly release: string | null;
  readonly workflow: 'monitor' | 'release' | 'rollout';
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly evidence: unknown;
}

/** Keeps a decision. An equal key is the same decision: it is written once. */
export async function recordDecision(registry: Registry, input: DecisionRecord): Promise<void> {
  await registry.db
    .insertInto('decisions')
    .values({ ...input, evidence: json(input.evidence) })
    .onConflict((oc) => oc.column('key').doNothing())
    .execute();
}

/** A decision by its key; null where there is none. */
export async function getDecision(registry: Registry, key: string): Promise<DecisionRecord | null> {
  const row = await registry.db
    .selectFrom('decisions')
    .select(['key', 'model', 'release', 'workflow', 'stage', 'action', 'because', 'evidence'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row === undefined ? null : (row as DecisionRecord);
}

/** Who approved a release, and the sentence on record; null where nobody did. */
export async function approvalOf(registry: Registry, release: string): Promise<{ by: string; because: string } | null> {
  const row = await registry.db
    .selectFrom('decisions')
    .select(['because', 'evidence'])
    .where('release', '=', release)
    .where('workflow', '=', 'release')
    .where('stage', '=', 'approval')
    .where('action', '=', 'approve')
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : { by: (row.evidence as { by: string }).by, because: row.because };
}
