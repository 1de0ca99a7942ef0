import { counted } from '../../stats/wording.ts';
import { parseParams } from '../params.ts';
import type { Trainer } from '../trainer.ts';
import { gbtParams } from './params.ts';

/** Digits of a learning rate: what a person would type again. */
const digits = 4;

/**
 * So many fewer trees, each of so much more weight, 1 at most: number of trees and learning rate trade off (J. Friedman, Annals of
 * Statistics 29, 2001, section 5). Fewer trees of the same weight would come to another model, and rank low learning rates last whatever
 * they come to in the end.
 */
export const reduced: NonNullable<Trainer['reduced']> = (params, share) => {
  const { trees, learning_rate: rate } = parseParams('gbt', gbtParams, params);
  const fewer = Math.max(1, Math.round(trees * share));
  const learningRate = fewer === trees ? rate : Math.min(1, Number(((rate * trees) / fewer).toPrecision(digits)));
  return { params: { trees: fewer, learning_rate: learningRate }, resource: counted(fewer, 'tree') };
};
