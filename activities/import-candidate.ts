import type { DatasetRef } from '../src/data/dataset.ts';
import { digestOf } from '../src/data/content-address.ts';
import { FinalError } from '../src/errors.ts';
import { tune } from '../src/evaluation/tune.ts';
import { packageVersion } from '../src/package-root.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { counted } from '../src/stats/wording.ts';
import { adoptImport, importTrainer } from '../src/training/import/adopt-import.ts';
import type { GoldenReplay } from '../src/training/import/replay-golden.ts';
import type { Dependencies } from './dependencies.ts';
import { type AnySource, fetchImport } from './import-model.ts';
import { cancellation, keepAlive } from './progress.ts';
import type { Candidate } from './train.ts';
import { trainingRows } from './training-rows.ts';

/**
 * What a release takes in place of a training: a model from elsewhere, made an artifact of pawl's, and calibrated where the spec asks
 * for it.
 * @throws FinalError PAWL_IMPORT_UNCHANGED where that is the champion's artifact to the byte
 */
export async function importCandidate(
  { registry, store, mlflow = null }: Pick<Dependencies, 'registry' | 'store' | 'mlflow'>,
  source: AnySource,
  order: {
    readonly spec: ModelSpec;
    readonly baseDirectory: string;
    readonly dataset: DatasetRef;
    readonly shuffleLabels: boolean;
  },
): Promise<Candidate> {
  const { spec, baseDirectory, dataset, shuffleLabels } = order;
  if (shuffleLabels)
    throw new FinalError('PAWL_TRAINING_IMPOSSIBLE', 'An import learns nothing here, so there are no labels to shuffle.');
  const stop = keepAlive('import');
  try {
    const fetched = await fetchImport(source, { store, mlflow, baseDirectory, signal: cancellation() });
    const { rows, tuneOn } = await trainingRows(store, spec, dataset, { shuffleLabels });
    const { seed } = spec.training;
    const model = await adoptImport(fetched, { task: spec.task, frame: rows, params: {}, seed });
    const tuned = tuneOn === null ? null : await tune(model.onnx, tuneOn, spec);
    const onnx = tuned?.onnx ?? model.onnx;
    const digest = digestOf(onnx);
    const leading = await getChampion(registry, spec.model);
    const champion = leading === null ? null : await getVersion(registry, spec.model, leading.version);
    if (champion?.digest === digest)
      throw new FinalError(
        'PAWL_IMPORT_UNCHANGED',
        `${fetched.said} is what v${champion.version}, the champion, was made of: there is nothing to release.`,
      );
    return {
      uri: await store.put(`artifacts/${digest.slice(7)}.onnx`, onnx),
      digest,
      trainer: importTrainer,
      seed,
      params: model.params,
      importances: model.importances,
      trainedRows: 0,
      resumedFrom: 0,
      notes: [
        `Took ${fetched.said}, ${fetched.digest.slice(0, 19)}, which was made elsewhere.`,
        ...(model.golden === null ? [] : [goldenText(model.golden)]),
      ],
      code: { pawl: packageVersion(), digest: fetched.digest },
      ...(tuned === null ? {} : { tuning: tuned.tuning }),
    };
  } finally {
    stop();
  }
}

function goldenText({ file, rows, greatest_difference: difference }: GoldenReplay): string {
  const apart = difference === 0 ? 'to the digit' : `at most ${difference.toPrecision(2)} apart`;
  return `It scored ${counted(rows, 'golden row')} of ${file} as its makers did, ${apart}.`;
}
