import type { Registry } from './registry.ts';
import { json } from './registry.ts';

/** One decision with what it was made on. An equal key is the same decision: it is written once. */
export async function recordDecision(
  registry: Registry,
  input: {
    key: string;
    model: string;
    release: string | null;
    workflow: string;
    stage: string;
    action: string;
    because: string;
    evidence: unknown;
  },
): Promise<void> {
  await registry.db
    .insertInto('decisions')
    .values({ ...input, evidence: json(input.evidence) })
    .onConflict((oc) => oc.column('key').doNothing())
    .execute();
}
