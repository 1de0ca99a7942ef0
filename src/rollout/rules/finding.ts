import type { RollbackRule } from '../../spec/release-schema.ts';
import type { Evidence, RolloutPolicy } from '../state.ts';

/**
 * What a rule of `rollback_when` has against the challenger. Harm rolls it back. A doubt holds it where it is: what was
 * measured looks bad, but could be chance, or the world's fault and not the version's. Unproven: a loss larger than the rule allows
 * is not excluded yet, which holds it where the policy says `advance: when_proven`.
 */
export interface Finding {
  readonly verdict: 'harm' | 'doubt' | 'unproven';
  /** A sentence with numbers. */
  readonly because: string;
}

/** One rule: null while there is nothing against the challenger. An entry of `rollback_when` that is not its own says nothing to it. */
export type Rule = (rule: RollbackRule, evidence: Evidence, terms: Terms) => Finding | null;

/** What a rule is held to beside its own bound. */
export interface Terms {
  /** Chance, 0 to 1, that this rule ever rolls back a version that is no worse than it allows, however often one looks. */
  readonly alpha: number;
  readonly value?: RolloutPolicy['value'];
}

/** Evidence at which a rule may act: an e-value of 1 / alpha (Ville). */
export const enough = ({ alpha }: Terms) => Math.log(1 / alpha);

/**
 * Standard errors beyond which a difference is not taken for chance, where the rule is no test that holds at any look: of the
 * absolute error rate against the champion's, and of what was seen by releases of pawl before there were such tests.
 */
export const clearly = 3;
