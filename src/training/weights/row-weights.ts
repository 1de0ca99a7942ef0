import type { Frame } from '../../data/dataset.ts';
import { FinalError, type Problem } from '../../errors.ts';
import type { ModelSpec } from '../../spec/schema.ts';
import { balancedWeights } from './balanced-weights.ts';
import { groupsOf } from './groups-of.ts';
import { reweighed } from './reweighed.ts';

/** What pawl.yaml says of how much rows count. */
export type Weighting = Pick<ModelSpec['training'], 'class_weights' | 'reweigh'>;

/**
 * How much each row counts: the product of the contract's column of weights, the weight of the row's class, and what evens out the
 * groups of `reweigh`. The mean is 1, so that only the ratios matter and the penalties of a trainer keep their meaning.
 * @param frame the rows that are learned from; balances are those of these rows
 * @returns undefined where all rows count alike by the spec
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where a weight is of a class that there is not, or every row weighs nothing
 */
export function rowWeights(frame: Frame, { class_weights: byClass, reweigh }: Weighting): Float64Array | undefined {
  const factors: Float64Array[] = [];
  if (frame.weight !== undefined) factors.push(frame.weight);
  if (byClass !== undefined) {
    const weights = byClass === 'balanced' ? balancedWeights(frame) : namedWeights(frame.classes ?? [], byClass);
    factors.push(frame.label.map((index) => weights[index] ?? 1));
  }
  if (reweigh !== undefined) factors.push(reweighed(frame.label, groupsOf(frame, reweigh)));
  if (factors.length === 0) return undefined;
  const product = new Float64Array(frame.rows).fill(1);
  for (const factor of factors)
    for (let row = 0; row < product.length; row++) product[row] = (product[row] as number) * (factor[row] as number);
  const mean = product.reduce((sum, weight) => sum + weight, 0) / product.length;
  // Weights too small or too large for a sum are left to `checkJob` to tell.
  return mean > 0 && mean < Infinity ? product.map((weight) => weight / mean) : product;
}

function namedWeights(classes: readonly string[], byClass: Readonly<Record<string, number>>): number[] {
  const problems = Object.keys(byClass)
    .filter((name) => !classes.includes(name))
    .map((name): Problem => {
      const subject = `training.class_weights.${name}`;
      return { subject, message: `class_weights names ${name}, and the classes are ${classes.join(', ')}`, hint: 'one of them' };
    });
  if (problems.length > 0)
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'Weights are given to classes that there are not.', { problems });
  return classes.map((name) => byClass[name] ?? 1);
}
