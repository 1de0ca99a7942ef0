import { FinalError } from '../src/errors.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getVersion } from '../src/registry/versions.ts';
import { digestOf } from '../src/serving/local-cache.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { TrainingJob } from '../src/training/trainer.ts';
import { trainers } from '../src/training/trainers.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * The champion's artifact as a part of the job, for a trainer that goes on from it; nothing for others, and where there is no champion
 * or it is an endpoint.
 * @throws FinalError PAWL_ARTIFACT_DAMAGED
 */
export async function priorArtifact(
  { registry, store }: Pick<Dependencies, 'registry' | 'store'>,
  model: string,
  { training }: ModelSpec,
): Promise<Pick<TrainingJob, 'prior'>> {
  const trainer = Object.entries(trainers).find(([name]) => name === training.trainer)?.[1];
  if (trainer?.continues !== true) return {};
  const champion = await getChampion(registry, model);
  const record = champion === null ? null : await getVersion(registry, model, champion.version);
  if (record === null || record.incumbent !== null) return {};
  const onnx = await store.get(record.uri);
  const digest = digestOf(onnx);
  if (digest !== record.digest) {
    throw new FinalError(
      'PAWL_ARTIFACT_DAMAGED',
      `The artifact of version ${record.version}, which training goes on from, has digest ${digest}, not ${record.digest} as registered.`,
    );
  }
  return { prior: { version: record.version, onnx } };
}
