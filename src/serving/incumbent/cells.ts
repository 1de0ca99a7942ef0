import type { ModelSignature } from '../../onnx/signature.ts';
import type { ParsedRow } from '../row-parsing.ts';

/** A value as JSON carries it. */
export type Cell = number | boolean | string | null;

/** A feature that the endpoint is asked with, and its place in a parsed row. */
export interface AskedFeature {
  readonly name: string;
  readonly type: ModelSignature['features'][number]['type'];
  readonly at: number;
}

/** The features that the endpoint takes, in its order. */
export function askedFeatures({ features }: ModelSignature, names: readonly string[]): AskedFeature[] {
  return names.flatMap((name) => {
    const at = features.findIndex((feature) => feature.name === name);
    const feature = features[at];
    return feature === undefined ? [] : [{ ...feature, at }];
  });
}

/** What a caller sent for a feature; missing is null. */
export function cellOf(row: ParsedRow, { type, at }: AskedFeature): Cell {
  const value = row[at] ?? null;
  if (typeof value !== 'number') return value === '' ? null : value;
  if (Number.isNaN(value)) return null;
  return type === 'boolean' ? value === 1 : value;
}
