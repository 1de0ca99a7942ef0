import type { DatasetRef } from '../src/data/dataset.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { trainByCommand } from '../src/training/command/trainer.ts';
import { trainByRay } from '../src/training/ray/trainer.ts';
import type { TrainedModel, TrainingControl, TrainingJob } from '../src/training/trainer.ts';
import { trainers } from '../src/training/trainers.ts';
import type { Dependencies } from './dependencies.ts';
import { isWithdrawn } from './withdrawn.ts';

/** What a training is for. */
export interface TrainingOrder {
  readonly spec: ModelSpec;
  /** The folder of pawl.yaml. */
  readonly baseDirectory: string;
  readonly release: string;
  readonly model: string;
  readonly dataset: Pick<DatasetRef, 'digest' | 'rows'>;
  /** Without the champion to go on from. */
  readonly alone?: true;
}

/** Trains by whichever trainer the spec names. */
export async function runTraining(
  { registry, store, cluster = { address: null, token: null } }: Pick<Dependencies, 'registry' | 'store' | 'cluster'>,
  order: TrainingOrder,
  job: TrainingJob,
  control: TrainingControl,
): Promise<TrainedModel> {
  const { spec, baseDirectory, release, model } = order;
  const about = { spec, baseDirectory, release, dataset: { digest: order.dataset.digest, rows: order.dataset.rows } };
  const name = spec.training.trainer;
  if (name === 'ray')
    return trainByRay(
      job,
      { ...about, store, cluster, isWithdrawn: (reason) => isWithdrawn(registry, release, reason), prior: await prior() },
      control,
    );
  if (name === 'import') throw new RangeError('An import trains nothing.');
  if (name !== 'command') return trainers[name].train(job, control);
  return trainByCommand(job, { ...about, prior: priorFile }, control);

  /** The champion's artifact; null where there is no champion, or it is an endpoint. */
  async function prior() {
    if (order.alone === true) return null;
    const champion = await getChampion(registry, model);
    const record = champion === null ? null : await getVersion(registry, model, champion.version);
    return record === null || record.incumbent !== null ? null : { version: record.version, uri: record.uri };
  }

  async function priorFile(folder: string) {
    const found = await prior();
    return found === null ? null : { version: found.version, path: await store.localPath(found.uri, folder) };
  }
}
