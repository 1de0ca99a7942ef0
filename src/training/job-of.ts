import { availableParallelism } from 'node:os';
import type { Frame } from '../data/dataset.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { TrainingJob } from './trainer.ts';
import { rowWeights } from './weights/row-weights.ts';

/**
 * What a trainer is asked for by a pawl.yaml.
 * @param rows those to learn from
 * @throws FinalError PAWL_TRAINING_IMPOSSIBLE where their weights cannot be told
 */
export function jobOf({ task, training }: ModelSpec, rows: Frame): TrainingJob {
  const weights = rowWeights(rows, training);
  return {
    task,
    frame: rows,
    params: training.params,
    seed: training.seed,
    threads: training.threads ?? availableParallelism(),
    ...(weights === undefined ? {} : { weights }),
  };
}
