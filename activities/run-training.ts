import type { DatasetRef } from '../src/data/dataset.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { trainByCommand } from '../src/training/command/trainer.ts';
import type { TrainedModel, TrainingControl, TrainingJob } from '../src/training/trainer.ts';
import { trainers } from '../src/training/trainers.ts';
import type { Dependencies } from './dependencies.ts';

/** What a training is for. */
export interface TrainingOrder {
  readonly spec: ModelSpec;
  /** The folder of pawl.yaml. */
  readonly baseDirectory: string;
  readonly release: string;
  readonly model: string;
  readonly dataset: Pick<DatasetRef, 'digest' | 'rows'>;
}

/** Trains by whichever trainer the spec names. */
export async function runTraining(
  { registry, store }: Pick<Dependencies, 'registry' | 'store'>,
  { spec, baseDirectory, release, model, dataset }: TrainingOrder,
  job: TrainingJob,
  control: TrainingControl,
): Promise<TrainedModel> {
  const name = spec.training.trainer;
  if (name === 'import') throw new RangeError('An import trains nothing.');
  if (name !== 'command') return trainers[name].train(job, control);
  return trainByCommand(
    job,
    { spec, baseDirectory, release, dataset: { digest: dataset.digest, rows: dataset.rows }, prior },
    control,
  );

  /** The champion's artifact as a local file; null where there is no champion, or it is an endpoint. */
  async function prior(folder: string) {
    const champion = await getChampion(registry, model);
    const record = champion === null ? null : await getVersion(registry, model, champion.version);
    if (record === null || record.incumbent !== null) return null;
    return { version: record.version, path: await store.localPath(record.uri, folder) };
  }
}
