import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { knownKeys } from './json-schema.ts';
import { nearest } from './nearest.ts';
import type { PlacedYaml } from './places.ts';

const expectations: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
};

const counted = (origin: string) => (origin === 'array' ? ' entries' : origin === 'string' ? ' letters' : '');

/** What would be right, for rules that do not say it themselves. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return expectations[issue.expected] ?? `a value of type ${issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${counted(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${counted(issue.origin)}`;
    case 'invalid_union':
      return oneOf((issue['options'] as readonly unknown[] | undefined)?.map(String) ?? []);
    case 'invalid_key':
      return issue.issues?.[0]?.message ?? 'another key';
    // These say what would be right themselves.
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    default:
      return 'another value';
  }
}

/** The schema's issues as problems with their places: one for each mistake. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], yaml: PlacedYaml): Problem[] {
  const hasUnknownKeys = new Set(
    issues.filter((issue) => issue.code === 'unrecognized_keys').map((issue) => pathText(issue.path)),
  );
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key], yaml));
    // A misspelt key is left out of what is judged as a whole: one mistake is told once.
    if (issue.code === 'custom' && hasUnknownKeys.has(pathText(issue.path))) return [];
    const value = valueAt(yaml.value, issue.path);
    const subject = pathText(issue.path);
    const message = value === undefined ? `${subject || 'The file'} is missing` : `${subject || 'The file'} is ${written(value)}`;
    return [{ ...yaml.placeOf(issue.path), subject, message, hint: hint(issue, value) }];
  });
}

function unknownKey(path: readonly PropertyKey[], yaml: PlacedYaml): Problem {
  const key = String(path.at(-1));
  const known = knownKeys(path.slice(0, -1), yaml.value);
  const meant = nearest(key, known);
  return {
    ...yaml.placeOfKey(path),
    subject: pathText(path),
    message: `${pathText(path)} is no known key`,
    hint: meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`,
  };
}

function hint(issue: z.core.$ZodIssue, value: unknown): string {
  const options =
    issue.code === 'invalid_value' ? issue.values : issue.code === 'invalid_union' && 'options' in issue ? issue.options : [];
  const known = (options as readonly unknown[]).map(String);
  const meant = typeof value === 'string' ? nearest(value, known) : undefined;
  return meant === undefined ? issue.message : `${issue.message}; did you mean ${meant}?`;
}

/** `contract.features.price.min`; a key that would read as two is put in quotes. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[^\s.[\]"]+$/.test(String(step)) ? String(step) : JSON.stringify(String(step));
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** The value at a path of plain values; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function written(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
