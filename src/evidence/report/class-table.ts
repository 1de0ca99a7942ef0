import type { ClassReport } from '../../evaluation/class-reports.ts';
import { figure, inWords } from '../../stats/wording.ts';
import { html, type Part } from '../html/markup.ts';
import { table } from '../html/parts.ts';

/** How a version does on each of three classes or more; nothing for another task. */
export function classTable(classes: readonly ClassReport[]): Part {
  if (classes.length === 0) return null;
  const rate = (of: ClassReport['recall']) =>
    of === null ? 'no such rows' : `${figure(of.value)} (${figure(of.low)} to ${figure(of.high)})`;
  return html`<h3>Classes</h3>
    ${table({
      id: 'classes',
      caption: 'How the version does on each class of the held-out rows',
      head: ['Class', 'Rows', 'Recall', 'Predicted', 'Precision'],
      rows: classes.map(({ class: name, rows, predicted, recall, precision }) => [
        name,
        inWords(rows),
        rate(recall),
        inWords(predicted),
        rate(precision),
      ]),
    })}`;
}
