import type { ModelSignature } from '../onnx/signature.ts';
import { float32Max } from './row-parsing.ts';
import { ScannedRow } from './scanned-row.ts';

/**
 * Reads a row straight off the bytes of the plainest request: `{ "row": { … } }` with all columns in the signature's order, their
 * names as JSON.stringify writes them, and nothing else. That spares an object, and a look at each of its columns. Whatever is not
 * just so gives null and is left to JSON.parse and the parser, which also say what is wrong with it.
 */
export class RowScanner {
  readonly #signature: ModelSignature;
  readonly #names: readonly Uint8Array[];

  constructor(signature: ModelSignature) {
    this.#signature = signature;
    this.#names = signature.features.map(({ name }) => Buffer.from(JSON.stringify(name)));
  }

  scan(body: Buffer): ScannedRow | null {
    let at = token(body, 0, 0x7b); // {
    at = text(body, at, row);
    at = token(body, at, 0x3a); // :
    at = token(body, at, 0x7b);
    const values: (number | string)[] = [];
    const names = this.#names;
    for (let i = 0; i < names.length; i++) {
      if (i > 0) at = token(body, at, 0x2c); // ,
      at = text(body, at, names[i] as Uint8Array);
      at = token(body, at, 0x3a);
      if (at < 0) return null;
      at = space(body, at);
      const end =
        this.#signature.features[i]?.type === 'number' ? number(body, at, values) : other(body, at, this.#type(i), values);
      if (end < 0) return null;
      at = end;
    }
    at = token(body, at, 0x7d); // }
    at = token(body, at, 0x7d);
    return at >= 0 && space(body, at) === body.length ? new ScannedRow(this.#signature, values) : null;
  }

  #type(i: number) {
    return this.#signature.features[i]?.type;
  }
}

/*
 * Each of these takes the place of its first byte and gives that of the first one behind what it read, or `not`, where the bytes
 * are others. From there nothing is read any more: there are no bytes at such places.
 */
const not = -1e9;

/** White space, or nothing. */
function space(body: Buffer, from: number): number {
  let at = from;
  for (let byte = body[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;) byte = body[++at];
  return at;
}

/** One byte, with white space before it. */
function token(body: Buffer, from: number, wanted: number): number {
  if (body[from] === wanted) return from + 1;
  const at = space(body, from);
  return body[at] === wanted ? at + 1 : not;
}

/** These bytes, with white space before them. */
function text(body: Buffer, from: number, wanted: Uint8Array): number {
  const at = body[from] === wanted[0] ? from : space(body, from);
  for (let i = 0; i < wanted.length; i++) if (body[at + i] !== wanted[i]) return not;
  return at + wanted.length;
}

/** Adds a number; null is NaN. */
function number(body: Buffer, from: number, values: (number | string)[]): number {
  let at = from;
  let byte = body[at];
  if (byte === letterN) return missing(body, from, NaN, values);
  const negative = byte === minus;
  if (negative) byte = body[++at];
  let mantissa = 0;
  let digits = 0;
  let decimals = 0;
  if (byte === zero) byte = body[++at];
  else {
    for (; byte !== undefined && byte >= zero && byte <= nine; byte = body[++at], digits++)
      mantissa = mantissa * 10 + byte - zero;
    if (digits === 0) return not;
  }
  if (byte === point) {
    const first = ++at;
    byte = body[at];
    for (; byte !== undefined && byte >= zero && byte <= nine; byte = body[++at]) mantissa = mantissa * 10 + byte - zero;
    decimals = at - first;
    if (decimals === 0) return not;
  }
  // A digit after a leading zero, an exponent: what follows the number is then not what should.
  if (digits + decimals > exactDigits) return not;
  const value = (negative ? -mantissa : mantissa) / (powers[decimals] as number);
  if (!(value <= float32Max && value >= -float32Max)) return not;
  values.push(value);
  return at;
}

/** Adds a boolean, as 1 or 0, or a text of plain ASCII without escapes; null is NaN or ''. */
function other(body: Buffer, from: number, type: string | undefined, values: (number | string)[]): number {
  const first = body[from];
  if (first === letterN) return missing(body, from, type === 'boolean' ? NaN : '', values);
  if (type === 'boolean') {
    values.push(first === letterT ? 1 : 0);
    return text(body, from, first === letterT ? yes : no);
  }
  if (first !== quote) return not;
  let at = from + 1;
  for (let byte = body[at]; byte !== quote; byte = body[++at])
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === backslash) return not;
  values.push(body.toString('latin1', from + 1, at));
  return at + 1;
}

function missing(body: Buffer, from: number, value: number | string, values: (number | string)[]): number {
  values.push(value);
  return text(body, from, nothing);
}

/**
 * Up to here mantissa and power of ten are exact in a double, and their quotient is the nearest double (W. D. Clinger, "How to read
 * floating point numbers accurately", PLDI 1990). Numbers of more digits take JSON.parse less time than it takes to do the same here.
 */
const exactDigits = 15;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, i) => Number(`1e${i}`));

const [zero, nine, minus, point] = [0x30, 0x39, 0x2d, 0x2e];
const [quote, backslash, letterN, letterT] = [0x22, 0x5c, 0x6e, 0x74];
const row = Buffer.from('"row"');
const nothing = Buffer.from('null');
const yes = Buffer.from('true');
const no = Buffer.from('false');
