import type { ParsedRow } from '../row-parsing.ts';
import { type AskedFeature, cellOf } from './cells.ts';
import { findByName, type Found } from './endpoint-answer.ts';

/** What was found for each row, or a sentence that says what the answer lacks. */
export type FoundRows = readonly Found[] | string;

/** `POST /v1/models/{model}/predict` as pawl's own gateway takes it. */
export function encodePawl(features: readonly AskedFeature[], rows: readonly ParsedRow[]): unknown {
  return { rows: rows.map((row) => Object.fromEntries(features.map((feature) => [feature.name, cellOf(row, feature)]))) };
}

/** `POST /invocations` of MLflow's scoring server. */
export function encodeMlflow(features: readonly AskedFeature[], rows: readonly ParsedRow[]): unknown {
  return {
    dataframe_split: {
      columns: features.map(({ name }) => name),
      data: rows.map((row) => features.map((feature) => cellOf(row, feature))),
    },
  };
}

/**
 * Both answer `{ "predictions": [...] }`, an entry a row: a value, the probabilities of all classes, or an object.
 * @param classes that the endpoint tells apart
 */
export function decodePredictions(json: unknown, classes = 2): FoundRows {
  const list = Array.isArray(json) ? json : isObject(json) ? json['predictions'] : undefined;
  if (!Array.isArray(list)) return 'there is no list `predictions`';
  return list.map((entry: unknown) => {
    if (!isObject(entry)) return { only: entry };
    const found = findByName(new Map(Object.entries(entry)), classes > 2);
    // An object with a probability under the name of each class, as ZipMap makes them.
    return classes > 2 && Object.keys(found).length === 0 ? { score: entry } : found;
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
