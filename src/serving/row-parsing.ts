import type { Problem } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { ScannedRow } from './scanned-row.ts';

/**
 * One row, checked: a value for each feature in the signature's order. A missing number or boolean is NaN, true and false are
 * 1 and 0, a missing category is ''.
 */
export type ParsedRow = readonly (number | string)[];

type Feature = ModelSignature['features'][number];

export const float32Max = 3.4028234663852886e38;

/** Checks rows of one signature. `null` is a missing value; an absent column is a mistake, and so is an unknown one. */
export class RowParser {
  readonly #signature: ModelSignature;
  readonly #features: ModelSignature['features'];
  readonly #names: readonly string[];
  readonly #known: ReadonlySet<string>;

  constructor(signature: ModelSignature) {
    this.#signature = signature;
    this.#features = signature.features;
    this.#names = signature.features.map((feature) => feature.name);
    this.#known = new Set(this.#names);
  }

  /** The row; null where it has mistakes, each of them then added to `problems` with its column as `subject`. */
  parse(row: unknown, problems: Problem[]): ParsedRow | null {
    if (row instanceof ScannedRow) return row.fits(this.#signature) ? row.values : this.parse(row.columns(), problems);
    return this.#inOrder(row) ?? this.#inAnyOrder(row, problems);
  }

  /** The common case, in one pass: all columns in the signature's order, numbers and texts as they should be. */
  #inOrder(row: unknown): ParsedRow | null {
    if (typeof row !== 'object' || row === null) return null;
    const columns = row as Readonly<Record<string, unknown>>;
    const features = this.#features;
    const sent = Object.keys(columns);
    if (sent.length !== features.length) return null;
    const values: (number | string)[] = [];
    for (let at = 0; at < sent.length; at++) {
      const name = sent[at] ?? '';
      if (name !== this.#names[at]) return null;
      const value = columns[name];
      const type = features[at]?.type;
      if (typeof value === 'number') {
        if (type !== 'number' || !(value <= float32Max && value >= -float32Max)) return null;
      } else if (typeof value !== 'string' || type !== 'category') return null;
      values.push(value);
    }
    return values;
  }

  #inAnyOrder(row: unknown, problems: Problem[]): ParsedRow | null {
    const before = problems.length;
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      problems.push({
        message: `A row is an object of columns; this is ${nameOf(row)}.`,
        hint: `{ "${this.#names[0] ?? 'column'}": ... }`,
      });
      return null;
    }
    const columns = row as Readonly<Record<string, unknown>>;
    const values = this.#features.map((feature) => {
      if (!Object.hasOwn(columns, feature.name)) {
        problems.push({
          subject: feature.name,
          message: `Column ${feature.name} is missing.`,
          hint: 'send null for a missing value',
        });
        return NaN;
      }
      const value = parseValue(feature, columns[feature.name]);
      if (typeof value !== 'object') return value;
      problems.push(value);
      return NaN;
    });
    for (const name of Object.keys(columns)) if (!this.#known.has(name)) problems.push(this.#unknown(name));
    return problems.length === before ? values : null;
  }

  #unknown(name: string): Problem {
    const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
    const alike = this.#names.find((known) => known.toLowerCase() === name.toLowerCase());
    const hint =
      alike === undefined ? `the model's columns are ${this.#names.slice(0, 30).join(', ')}` : `did you mean ${alike}?`;
    return { subject: shown, message: `Column ${shown} is unknown to the model.`, hint };
  }
}

/** The value as the graph takes it, or what is wrong with it. */
function parseValue({ name, type }: Feature, value: unknown): number | string | Problem {
  if (type === 'category') {
    if (value === null) return '';
    if (typeof value === 'string') return value;
    const hint =
      typeof value === 'number' || typeof value === 'boolean' ? `write it as "${String(value)}"` : 'text in quotes, or null';
    return { subject: name, message: `Column ${name} takes text; this is ${nameOf(value)}.`, hint };
  }
  if (value === null) return NaN;
  if (type === 'boolean') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value === 0 || value === 1) return value;
    return {
      subject: name,
      message: `Column ${name} takes true or false; this is ${nameOf(value)}.`,
      hint: 'true, false or null',
    };
  }
  if (typeof value !== 'number') {
    return {
      subject: name,
      message: `Column ${name} takes a number; this is ${nameOf(value)}.`,
      hint: 'a number without quotes, or null',
    };
  }
  if (!(Math.abs(value) <= float32Max)) {
    return {
      subject: name,
      message: `Column ${name} takes a finite number of at most 3.4e38; this is not.`,
      hint: 'null for a missing value',
    };
  }
  return value;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `the ${typeof value} ${value}` : 'an object';
}
