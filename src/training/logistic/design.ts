import type { Frame } from '../../data/dataset.ts';

/** Categories with fewer rows share the weight of unseen ones, 0. */
const fewestRows = 5;

/** One column of the design matrix and where it comes from. */
export type Term =
  | { readonly feature: string; readonly kind: 'value'; readonly mean: number; readonly sd: number }
  | { readonly feature: string; readonly kind: 'missing' }
  | { readonly feature: string; readonly kind: 'level'; readonly level: string };

export interface Design {
  readonly terms: readonly Term[];
  /** By term, one entry a row. */
  readonly columns: readonly Float64Array[];
}

/** Numbers standardised, missing ones at the mean with an indicator beside; a column for each frequent category. */
export function designOf(frame: Frame): Design {
  const terms: Term[] = [];
  const columns: Float64Array[] = [];
  const add = (term: Term, at: (row: number) => number) => {
    terms.push(term);
    columns.push(Float64Array.from({ length: frame.rows }, (_, row) => at(row)));
  };
  for (const feature of frame.features) {
    const column = frame.columns[feature];
    if (column === undefined) continue;
    if (column.type === 'category') {
      const counts = new Float64Array(column.levels.length);
      let missing = 0;
      for (const code of column.codes) {
        if (code < 0) missing++;
        else counts[code] = (counts[code] ?? 0) + 1;
      }
      column.levels.forEach((level, code) => {
        if ((counts[code] ?? 0) >= fewestRows)
          add({ feature, kind: 'level', level }, (row) => (column.codes[row] === code ? 1 : 0));
      });
      if (missing > 0) add({ feature, kind: 'missing' }, (row) => ((column.codes[row] ?? -1) < 0 ? 1 : 0));
      continue;
    }
    const { values } = column;
    const known = values.filter((value) => !Number.isNaN(value));
    const mean = known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
    const sd = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length));
    // A column that stands still says nothing.
    if (sd > 0)
      add({ feature, kind: 'value', mean, sd }, (row) =>
        Number.isNaN(values[row] ?? NaN) ? 0 : ((values[row] ?? 0) - mean) / sd,
      );
    if (known.length < frame.rows && known.length > 0)
      add({ feature, kind: 'missing' }, (row) => (Number.isNaN(values[row] ?? NaN) ? 1 : 0));
  }
  return { terms, columns };
}
