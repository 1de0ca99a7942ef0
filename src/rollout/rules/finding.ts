import type { RollbackRule } from '../../spec/release-schema.ts';
import type { Evidence } from '../state.ts';

/**
 * What a rule of `rollback_when` has against the challenger. Harm rolls it back. A doubt holds it where it is: what was
 * measured looks bad, but could be chance, or the world's fault and not the version's.
 */
export interface Finding {
  readonly verdict: 'harm' | 'doubt';
  /** A sentence with numbers. */
  readonly because: string;
}

/** One rule: null while there is nothing against the challenger. An entry of `rollback_when` that is not its own says nothing to it. */
export type Rule = (rule: RollbackRule, evidence: Evidence) => Finding | null;

/**
 * Standard errors beyond which a difference is no longer taken for chance. Three and not the usual two, because a guard looks
 * at the same evidence every second, and each look is another chance to be wrong.
 */
export const clearly = 3;
