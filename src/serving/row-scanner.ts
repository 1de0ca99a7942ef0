import type { ModelSignature } from '../onnx/signature.ts';
import { float32Max } from './row-parsing.ts';
import { ScannedRow } from './scanned-row.ts';

/**
 * Reads a row straight off the bytes of the plainest request: `{ "row": { … } }` with all columns in the signature's order, their
 * names as JSON.stringify writes them, and nothing else. That spares an object, and a look at each of its columns. Whatever is not just so gives null and is left to those, which also say what is wrong with it.
 */
export class RowScanner {
  readonly #signature: ModelSignature;
  readonly #names: readonly Uint8Array[];
  readonly #types: readonly ('number' | 'boolean' | 'category')[];
  /** Where it is in the bytes; -1 once they are not as they should be. */
  #at = 0;

  constructor(signature: ModelSignature) {
    this.#signature = signature;
    this.#names = signature.features.map(({ name }) => Buffer.from(JSON.stringify(name)));
    this.#types = signature.features.map(({ type }) => type);
  }

  scan(body: Buffer): ScannedRow | null {
    this.#at = 0;
    this.#token(body, braceOpen);
    this.#text(body, row);
    this.#token(body, colon);
    this.#token(body, braceOpen);
    const values: (number | string)[] = [];
    for (let i = 0; i < this.#names.length && this.#at !== -1; i++) {
      if (i > 0) this.#token(body, comma);
      this.#text(body, this.#names[i] as Uint8Array);
      this.#token(body, colon);
      this.#space(body);
      values.push(this.#types[i] === 'category' ? this.#category(body) : this.#number(body, this.#types[i] === 'boolean'));
    }
    this.#token(body, braceClose);
    this.#token(body, braceClose);
    this.#space(body);
    return this.#at === body.length ? new ScannedRow(this.#signature, values) : null;
  }

  #space(body: Buffer): void {
    let at = this.#at;
    if (at === -1) return;
    while (isSpace(body[at])) at++;
    this.#at = at;
  }

  #token(body: Buffer, token: number): void {
    this.#space(body);
    this.#at = this.#at !== -1 && body[this.#at] === token ? this.#at + 1 : -1;
  }

  #text(body: Buffer, text: Uint8Array): void {
    this.#space(body);
    const from = this.#at;
    if (from === -1) return;
    for (let i = 0; i < text.length; i++) {
      if (body[from + i] === text[i]) continue;
      this.#at = -1;
      return;
    }
    this.#at = from + text.length;
  }

  /** Plain ASCII without escapes; null is ''. */
  #category(body: Buffer): string {
    if (this.#at !== -1 && body[this.#at] === letterN) {
      this.#text(body, nothing);
      return '';
    }
    this.#token(body, quote);
    const from = this.#at;
    if (from === -1) return '';
    let at = from;
    for (let byte = body[at]; byte !== quote; byte = body[++at]) {
      if (byte !== undefined && byte >= 0x20 && byte < 0x7f && byte !== backslash) continue;
      this.#at = -1;
      return '';
    }
    this.#at = at + 1;
    return body.toString('latin1', from, at);
  }

  /** null is NaN; of a boolean true is 1, false 0, and no other numbers are taken. */
  #number(body: Buffer, isBoolean: boolean): number {
    const from = this.#at;
    if (from === -1) return NaN;
    const first = body[from];
    if (first === letterN) {
      this.#text(body, nothing);
      return NaN;
    }
    if (isBoolean) {
      this.#text(body, first === letterT ? yes : no);
      return first === letterT ? 1 : 0;
    }
    let at = first === minus ? from + 1 : from;
    let byte = body[at];
    let mantissa = 0;
    let digits = 0;
    let decimals = 0;
    if (byte === zero) byte = body[++at];
    else {
      if (!isDigit(byte)) return this.#stop();
      for (; isDigit(byte); byte = body[++at], digits++) mantissa = mantissa * 10 + (byte - zero);
    }
    if (byte === point) {
      byte = body[++at];
      if (!isDigit(byte)) return this.#stop();
      for (; isDigit(byte); byte = body[++at], decimals++) {
        mantissa = mantissa * 10 + (byte - zero);
        if (mantissa > 0) digits++;
      }
    }
    this.#at = at;
    // A digit after a leading zero, an exponent: what follows the number is then not what should.
    if (digits > exactDigits || decimals > exactDecimals) return this.#stop();
    const value = (first === minus ? -mantissa : mantissa) / (powers[decimals] as number);
    return value <= float32Max && value >= -float32Max ? value : this.#stop();
  }

  #stop(): number {
    this.#at = -1;
    return NaN;
  }
}

/**
 * Up to here both are exact in a double, and their quotient is the nearest double (W. D. Clinger, "How to read floating point
 * numbers accurately", PLDI 1990). Numbers of more digits take JSON.parse less time than it takes to do the same here.
 */
const exactDigits = 15;
const exactDecimals = 22;
const powers = Float64Array.from({ length: exactDecimals + 1 }, (_, i) => Number(`1e${i}`));

const isDigit = (byte: number | undefined): byte is number => byte !== undefined && byte >= zero && byte <= nine;
const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const code = (character: string) => character.charCodeAt(0);
const [braceOpen, braceClose, colon, comma] = [code('{'), code('}'), code(':'), code(',')];
const [quote, backslash, minus, point] = [code('"'), code('\\'), code('-'), code('.')];
const [zero, nine, letterN, letterT] = [code('0'), code('9'), code('n'), code('t')];
const row = Buffer.from('"row"');
const nothing = Buffer.from('null');
const yes = Buffer.from('true');
const no = Buffer.from('false');
