import { oneOf, valueAt } from './issues.ts';
import { nearest } from './nearest.ts';

/** The type of a feature that a part of the file names; null, and told, where the contract has none of that name. */
export function featureOf(
  file: unknown,
  path: readonly PropertyKey[],
  name: unknown,
  report: (path: readonly PropertyKey[], message: string, hint: string) => void,
): string | null {
  const features = valueAt(file, ['contract', 'features']);
  if (typeof name !== 'string' || keys(features).length === 0) return null;
  const type = valueAt(features, [name, 'type']);
  if (valueAt(features, [name]) === undefined) {
    const meant = nearest(name, keys(features));
    report(path, `${name} is no feature of the contract`, meant === undefined ? oneOf(keys(features)) : `did you mean ${meant}?`);
  }
  return typeof type === 'string' ? type : null;
}

const keys = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
