import type { Design } from './design.ts';

/** What one row has that is not 0, in ascending order of the terms; the intercept is the last. */
export class ActiveTerms {
  readonly terms: Int32Array;
  readonly values: Float64Array;
  count = 0;
  readonly #design: Design;

  constructor(design: Design) {
    const most = design.width + design.groups.length + 1;
    this.#design = design;
    this.terms = new Int32Array(most);
    this.values = new Float64Array(most);
  }

  load(row: number): void {
    const { width, values, groups, terms } = this.#design;
    let count = 0;
    for (let j = 0; j < width; j++) {
      this.terms[count] = j;
      this.values[count++] = values[row * width + j] as number;
    }
    for (const group of groups) {
      const term = group[row] as number;
      if (term < 0) continue;
      this.terms[count] = term;
      this.values[count++] = 1;
    }
    this.terms[count] = terms.length;
    this.values[count++] = 1;
    this.count = count;
  }
}
