import { FinalError } from '../errors.ts';
import type { Task } from '../onnx/signature.ts';
import { counted } from '../stats/wording.ts';
import type { ColumnFacts } from './column-facts.ts';

export interface LabelGuess {
  readonly column: ColumnFacts;
  readonly task: Task;
  /** Why this column. */
  readonly because: string;
  /** What to look at where the task could be another one; null where it could not. */
  readonly doubt: string | null;
}

/** Texts of so many values are classes; whole numbers of so many may be. */
const [fewestClasses, mostClasses, mostNumbers] = [3, 100, 20];
/** So many rows of a class, on average. */
const rowsOfClass = 10;
/** Names of columns whose whole numbers are classes and no amounts. */
const classNames = ['class', 'label', 'category', 'species', 'grade'];
const usualNames = ['label', 'target', 'class', 'y', 'outcome', 'output', 'response'];

/**
 * The column that a model of this table would most likely predict: one with a usual name, or else the last that can be.
 * @throws FinalError PAWL_SOURCE_UNREADABLE where none can be.
 */
export function guessLabel(columns: readonly ColumnFacts[]): LabelGuess {
  const fromTheRight = columns.toReversed();
  const named = usualNames.flatMap((name) => columns.filter((column) => column.name.toLowerCase() === name));
  for (const [column, because] of [
    ...named.map((column) => [column, 'by its name'] as const),
    ...fromTheRight.map((column, i) => [column, i === 0 ? 'the last column' : 'the last column that can be predicted'] as const),
  ]) {
    const task = taskOf(column);
    if (task === null || isIdentifier(column)) continue;
    const numbered = mayBeClasses(column) ? counted(column.distinct, 'whole value') : null;
    const doubt =
      numbered === null
        ? null
        : task === 'regression'
          ? `${numbered}: if they are classes, multiclass-classification`
          : `${numbered}: if they are amounts, regression`;
    return { column, task, because, doubt };
  }
  throw new FinalError('PAWL_SOURCE_UNREADABLE', 'No column can be predicted.', {
    problems: columns.map(({ name, kind, distinct }) => ({
      subject: name,
      message: `${name}: ${kind}, ${distinct} different values`,
      hint: 'two values, three to a hundred texts, or numbers',
    })),
  });
}

function taskOf(column: ColumnFacts): Task | null {
  const { name, kind, distinct, rows } = column;
  if (kind === 'time') return null;
  if (distinct === 2) return 'binary-classification';
  if (kind === 'number' && distinct > 2)
    return mayBeClasses(column) && classNames.includes(name.toLowerCase()) ? 'multiclass-classification' : 'regression';
  const many = kind === 'text' && distinct >= fewestClasses && distinct <= mostClasses && rows >= distinct * rowsOfClass;
  return many ? 'multiclass-classification' : null;
}

/** Whole numbers from 0 or 1 on without a gap, few of them: numbers of classes, or a count. */
function mayBeClasses({ kind, whole, distinct, min, max, rows }: ColumnFacts): boolean {
  if (kind !== 'number' || !whole || min === null || max === null) return false;
  const few = distinct >= fewestClasses && distinct <= mostNumbers && rows >= distinct * rowsOfClass;
  return few && min >= 0 && min <= 1 && max - min + 1 === distinct;
}

/** A name for the row, not a fact about it. */
export function isIdentifier({ name, kind, distinct, rows, missing }: ColumnFacts): boolean {
  if (missing > 0 || distinct < rows || rows < 3) return false;
  return kind === 'text' || /(?:^|[_\s-])(?:id|uuid|guid|key|index|idx|nr|no|number|row)$/i.test(name) || name === '';
}
