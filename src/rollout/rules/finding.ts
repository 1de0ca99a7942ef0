import type { RollbackRule } from '../../spec/schema.ts';
import type { Evidence } from '../state.ts';

/** What one rule says of the evidence: null while there is nothing against the challenger, else the sentence that is. */
export type Rule = (rule: RollbackRule, evidence: Evidence) => string | null;

/** `2.3 %` */
export function percent(fraction: number): string {
  return `${Number((fraction * 100).toFixed(1))} %`;
}
