import { FinalError } from '../errors.ts';
import type { ColumnFacts } from './column-facts.ts';

export interface LabelGuess {
  readonly column: ColumnFacts;
  readonly task: 'binary-classification' | 'regression';
  /** Why this column. */
  readonly because: string;
}

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
    if (task !== null && !isIdentifier(column)) return { column, task, because };
  }
  throw new FinalError('PAWL_SOURCE_UNREADABLE', 'No column can be predicted.', {
    problems: columns.map(({ name, kind, distinct }) => ({
      subject: name,
      message: `${name}: ${kind}, ${distinct} different values`,
      hint: 'two values, or numbers',
    })),
  });
}

function taskOf({ kind, distinct }: ColumnFacts): LabelGuess['task'] | null {
  if (kind === 'time') return null;
  if (distinct === 2) return 'binary-classification';
  return kind === 'number' && distinct > 2 ? 'regression' : null;
}

/** A name for the row, not a fact about it. */
export function isIdentifier({ name, kind, distinct, rows, missing }: ColumnFacts): boolean {
  if (missing > 0 || distinct < rows || rows < 3) return false;
  return kind === 'text' || /(?:^|[_\s-])(?:id|uuid|guid|key|index|idx|nr|no|number|row)$/i.test(name) || name === '';
}
