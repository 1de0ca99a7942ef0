import type { DatasetRef } from '../src/data/dataset.ts';
import { getChampion } from '../src/registry/champion.ts';
import type { ReleaseRecord } from '../src/registry/releases.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { commandCode } from '../src/steps/command-code.ts';
import { trainInputs } from '../src/steps/inputs.ts';
import { trainingSurroundings } from '../src/steps/surroundings.ts';
import type { Dependencies } from './dependencies.ts';
import { whileAlive } from './progress.ts';
import type { StepPlan } from './step.ts';
import type { Candidate } from './train.ts';

/** Trainers that learn from their rows and nothing else; every other may go on from the champion. */
const fromRowsOnly: readonly string[] = ['gbt', 'logistic'];

/** A training as a step of its release. @param about `imported`: the model was made elsewhere */
export async function trainStep(
  registry: Dependencies['registry'],
  release: ReleaseRecord,
  about: {
    readonly spec: ModelSpec;
    readonly baseDirectory: string;
    readonly dataset: DatasetRef;
    readonly shuffleLabels: boolean;
    readonly imported: boolean;
    /** What a search found, in the place of the spec's own. */
    readonly params?: Readonly<Record<string, unknown>>;
  },
): Promise<StepPlan<Candidate>> {
  const { spec, baseDirectory, dataset, shuffleLabels, imported, params = spec.training.params } = about;
  const { trainer, command, environment: named = [], reuse } = spec.training;
  // Before it runs: what it leaves was made by the files as they are now.
  const code = command === undefined || imported ? null : await whileAlive(() => commandCode(command, { baseDirectory, named }));
  return {
    name: 'train',
    release,
    spec,
    async inputs() {
      const champion = fromRowsOnly.includes(trainer) ? null : await championOf(registry, release.model);
      const surroundings = trainingSurroundings(code);
      return trainInputs(spec, { dataset, shuffleLabels, champion, params, ...surroundings });
    },
    never: imported
      ? 'a model that was made elsewhere is looked up each time'
      : reuse === false
        ? 'training.reuse is false'
        : code?.digest === null
          ? 'the folder of the command holds too many files to tell whether one changed'
          : null,
    left: ({ uri, digest, trainedRows }) => ({ objects: [{ uri, digest }], rows: trainedRows }),
  };
}

async function championOf(
  registry: Dependencies['registry'],
  model: string,
): Promise<{ version: number; digest: string } | null> {
  const champion = await getChampion(registry, model);
  const record = champion === null ? null : await getVersion(registry, model, champion.version);
  return record === null || record.incumbent !== null ? null : { version: record.version, digest: record.digest };
}
