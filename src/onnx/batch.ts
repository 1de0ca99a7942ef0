import type { ModelSignature } from './signature.ts';

/** Rows in the form in which they go to ONNX Runtime, or to another thread. */
export interface Batch {
  readonly rows: number;
  /** Row by row, the numbers and booleans of each in the signature's order; missing is NaN. */
  readonly numbers: Float32Array<ArrayBuffer>;
  /** Each category's column, in the signature's order; missing is ''. */
  readonly texts: readonly (readonly string[])[];
}

/** The features of a signature that are numbers to the graph, and the others, by their places. */
export interface BatchLayout {
  readonly numbers: readonly number[];
  readonly texts: readonly number[];
}

export function layoutOf({ features }: ModelSignature): BatchLayout {
  const places = features.map((_, i) => i);
  return {
    numbers: places.filter((i) => features[i]?.type !== 'category'),
    texts: places.filter((i) => features[i]?.type === 'category'),
  };
}

/** @param rows a value for each feature in the signature's order, missing NaN or '' */
export function batchOf(layout: BatchLayout, rows: readonly (readonly (number | string)[])[]): Batch {
  const { numbers: places, texts } = layout;
  const numbers = new Float32Array(rows.length * places.length);
  let at = 0;
  for (const row of rows) for (const place of places) numbers[at++] = row[place] as number;
  return { rows: rows.length, numbers, texts: texts.map((place) => rows.map((row) => row[place] as string)) };
}
