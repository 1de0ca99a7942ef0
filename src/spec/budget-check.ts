import { pathText, valueAt } from './issues.ts';
import { taskIn } from './task.ts';

type Report = (path: readonly PropertyKey[], message: string, hint: string) => void;

/** A label budget has to be of the model's task, and one of them at most: labels are held against one bound. */
export function budgetCheck(file: unknown, report: Report): void {
  const task = taskIn(file);
  const budgets = valueAt(file, ['monitor', 'budgets']);
  if (!Array.isArray(budgets)) return;
  let first: string | null = null;
  budgets.forEach((budget: unknown, i) => {
    for (const [metric, right] of [
      ['accuracy', 'classes'],
      ['absolute_error', 'numbers'],
    ] as const) {
      const path = ['monitor', 'budgets', i, metric];
      if (valueAt(budget, [metric]) === undefined) continue;
      if (task !== null && (task === 'regression' ? 'numbers' : 'classes') !== right)
        report(path, `${metric} is no budget of ${task}`, task === 'regression' ? 'absolute_error' : 'accuracy');
      if (first !== null) report(path, `labels have a budget already, ${first}`, 'one of them');
      first ??= pathText(path);
    }
  });
}
