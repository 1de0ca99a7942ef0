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

/** Both answer `{ "predictions": [...] }`, an entry a row: a value, the probabilities of both classes, or an object. */
export function decodePredictions(json: unknown): FoundRows {
  const list = Array.isArray(json) ? json : isObject(json) ? json['predictions'] : undefined;
  if (!Array.isArray(list)) return 'there is no list `predictions`';
  return list.map((entry: unknown) => (isObject(entry) ? findByName(new Map(Object.entries(entry))) : { only: entry }));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
