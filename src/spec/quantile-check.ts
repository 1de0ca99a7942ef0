import { valueAt } from './issues.ts';
import { usualAlpha } from './number-terms.ts';
import { share } from './quantities.ts';
import { taskIn } from './task.ts';

type Path = readonly PropertyKey[];
type Report = (path: Path, message: string, hint: string) => void;

const at = ['evaluation', 'quantile'];
const alphaAt = ['training', 'params', 'alpha'];

/** Which quantile a regression predicts, said once: by `evaluation.quantile`, or by the loss of gbt. */
export function quantileCheck(file: unknown, report: Report): void {
  const task = taskIn(file);
  const written = valueAt(file, at);
  if (written !== undefined && task !== null && task !== 'regression')
    report(at, `evaluation.quantile is of a regression, and the task is ${task}`, 'leave it out');
  if (!learnsQuantile(file)) return;
  const alpha = valueAt(file, alphaAt) ?? usualAlpha;
  const asked = share.safeParse(written).data;
  if (asked !== undefined && typeof alpha === 'number' && Math.abs(asked - alpha) > 1e-12)
    report(
      at,
      `evaluation.quantile is ${asked}, and gbt learns the quantile ${alpha}`,
      'leave it out: it is that of training.params',
    );
  const searched = ['training', 'search', 'params', 'alpha'];
  if (valueAt(file, searched) !== undefined)
    report(searched, 'alpha says which quantile is predicted, and is no parameter to find', 'training.params.alpha');
}

/** A pinball loss needs to know of which quantile it is. @param path where the metric is named */
export function pinballCheck(file: unknown, metric: string, path: Path, report: Report): void {
  if (metric !== 'pinball' || taskIn(file) !== 'regression' || valueAt(file, at) !== undefined || learnsQuantile(file)) return;
  report(path, 'pinball needs to know of which quantile', 'evaluation.quantile, such as 0.9, or the loss quantile of gbt');
}

function learnsQuantile(file: unknown): boolean {
  const of = (...keys: string[]) => valueAt(file, ['training', ...keys]);
  return (of('trainer') ?? 'gbt') === 'gbt' && of('params', 'loss') === 'quantile';
}
