import { createHash } from 'node:crypto';
import type { Digest } from '../data/dataset.ts';
import type { ModelSpec } from './schema.ts';

/**
 * Identity of what a spec says: equal for two files that differ only in comments, the order of keys or defaults written
 * out. The order of the features counts: it is the order of the model's inputs.
 */
export function specDigest(spec: ModelSpec): Digest {
  const ordered = { ...spec, contract: { ...spec.contract, features: Object.entries(spec.contract.features) } };
  return `sha256:${createHash('sha256').update(canonical(ordered)).digest('hex')}`;
}

/** JSON with its keys in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`);
  return `{${entries.join(',')}}`;
}
