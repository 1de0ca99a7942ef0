import { isDeepStrictEqual } from 'node:util';

/** A value at a path, before and after; null is written as null, what is not there at all is undefined. */
export interface ChangedValue {
  /** Keys joined by dots: `release.step.for`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Where two values of JSON differ: mappings key by key, in the order of the later one and then of the earlier; lists, which have no names
 * to go by, as a whole.
 */
export function changedValues(from: unknown, to: unknown, path = ''): ChangedValue[] {
  if (isMapping(from) && isMapping(to)) {
    const keys = [...new Set([...Object.keys(to), ...Object.keys(from)])];
    return keys.flatMap((key) => changedValues(own(from, key), own(to, key), path === '' ? key : `${path}.${key}`));
  }
  return isDeepStrictEqual(from, to) ? [] : [{ path, from, to }];
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `constructor` and the like are keys as any other. */
const own = (mapping: Record<string, unknown>, key: string) => (Object.hasOwn(mapping, key) ? mapping[key] : undefined);
