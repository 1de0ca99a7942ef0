import { InvalidArgumentError } from 'commander';

/** Parsers of option values: what they refuse is wrong usage, told before anything is done. */

/** @throws InvalidArgumentError for anything but a whole number from 1. */
export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
}

/** `v3` or `3`. @throws InvalidArgumentError */
export function versionNumber(value: string): number {
  const number = /^v?([1-9]\d{0,8})$/.exec(value)?.[1];
  if (number === undefined) throw new InvalidArgumentError('It takes a version such as v3.');
  return Number(number);
}

const iso8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A date or time of ISO 8601, in UTC where it names no zone, as contracts read theirs; returned with its zone.
 * @throws InvalidArgumentError
 */
export function time(value: string): string {
  const form = iso8601.exec(value);
  const zone = value.length > 10 && form?.[1] === undefined ? 'Z' : '';
  const at = form === null ? Number.NaN : Date.parse(`${value.replace(' ', 'T')}${zone}`);
  const day = Date.parse(value.slice(0, 10));
  // Date.parse takes 30 February for 1 March.
  if (Number.isNaN(at) || Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== value.slice(0, 10))
    throw new InvalidArgumentError('It takes a time such as 2026-01-31 or 2026-01-31T12:00:00Z.');
  return new Date(at).toISOString();
}

/** @throws InvalidArgumentError for anything but an http(s) URL; returned without a slash at its end. */
export function httpUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:\/\//.test(value))
    throw new InvalidArgumentError('It takes a URL such as http://127.0.0.1:8460.');
  return value.replace(/\/+$/, '');
}

/** For an option that may come several times, one value each. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
