import type { Frame } from '../../data/dataset.ts';

/**
 * Which group each row belongs to, counted from 0: rows with equal values in all of these columns are of one, missing being a value.
 * @param columns names of features
 */
export function groupsOf(frame: Frame, columns: readonly string[]): Int32Array {
  const groups = new Int32Array(frame.rows);
  for (const name of columns) {
    const column = frame.columns[name];
    if (column === undefined) throw new RangeError(`The frame has no column ${name}.`);
    const values = column.type === 'category' ? column.codes : column.values;
    const numbers = new Map<string, number>();
    for (let row = 0; row < frame.rows; row++) {
      const key = `${groups[row]} ${values[row]}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      groups[row] = number;
    }
  }
  return groups;
}
