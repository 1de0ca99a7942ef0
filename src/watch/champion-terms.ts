import type { VersionRecord } from '../registry/versions.ts';
import { askedOf } from '../spec/number-terms.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { type NumberTerms, plainNumbers, usualError } from '../stats/number-losses.ts';

/**
 * By what the answers of a champion are judged: by what it has learned itself, whatever the spec has its next version learn. As values
 * where its release did not measure that, as those of earlier releases of pawl did not.
 */
export function championTerms(
  { task, evaluation }: ModelSpec,
  { trainer, params, metrics }: Pick<VersionRecord, 'trainer' | 'params' | 'metrics'>,
): NumberTerms {
  const terms = askedOf({ task, training: { trainer, params }, evaluation });
  return metrics[usualError(terms)] === undefined ? plainNumbers : terms;
}
