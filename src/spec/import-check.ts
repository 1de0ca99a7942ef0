import { valueAt } from './issues.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** What of `training` there is no use for where nothing is trained. */
const ofTraining = ['params', 'search', 'class_weights', 'reweigh', 'window'];

/** A model to import where the trainer is that, and nothing then that is about learning. */
export function importCheck(file: unknown, report: Report): void {
  const of = (key: string) => valueAt(file, ['training', key]);
  const hint = 'such as { mlflow: models:/price@champion } or { onnx: model.onnx }';
  if (of('trainer') !== 'import') {
    if (of('import') !== undefined)
      report(
        ['training', 'import'],
        'training.import names a model, and the trainer makes one',
        'trainer: import, or leave it out',
      );
    return;
  }
  if (of('import') === undefined) report(['training', 'trainer'], 'the trainer is import and training.import is missing', hint);
  for (const key of ofTraining) {
    if (of(key) !== undefined)
      report(['training', key], `training.${key} is of learning, and an import learns nothing here`, 'leave it out');
  }
}
