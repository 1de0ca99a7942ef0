import { crc32 } from 'node:zlib';
import type { FeatureLog } from './feature-log.ts';
import { hashBytes, valueCode, type LoggedFeature } from './feature-log.ts';
import type { Role } from './logged-prediction.ts';
import type { ParsedRow } from './row-parsing.ts';
import type { ValueHasher } from './value-hasher.ts';

/** An answer on its way into the prediction log. `features` and `row` are of the version that the row was parsed for. */
export interface LogEntry {
  readonly id: string;
  readonly model: string;
  /** 0 for the default answer. */
  readonly version: number;
  readonly revision: number;
  readonly role: Role;
  readonly key: string | null;
  /** When the request arrived, ms since 1970. */
  readonly at: number;
  /** NaN for the default answer. */
  readonly score: number;
  readonly prediction: string | number;
  readonly features: FeatureLog;
  readonly row: ParsedRow;
}

/** What the rows of a block are made of. */
export interface BlockSchema {
  readonly model: string;
  /** One for each `FeatureLog` among the rows. */
  readonly schemas: readonly (readonly LoggedFeature[])[];
}

/**
 * A block of a spool file, all numbers little-endian: a header of 20 bytes (magic, bytes of the rows, bytes of the schema,
 * number of rows, CRC32 of all the rest), the rows, and the schema as JSON. Each block is readable on its own.
 *
 * A row: u16 schema, u8 role, u8 flags, u32 version, u32 revision, f64 at, f64 score, id, key if it has one, prediction (f64 if
 * it is a number), and the features: f64 for numbers, u8 for booleans (2 where missing), u8 and 16 bytes for hashes. Texts are a
 * u32 of their bytes and UTF-8.
 */
export const blockFormat = {
  /** "PRB1" */
  magic: 0x31425250,
  headerBytes: 20,
  crcAt: 16,
  /** Of a row, up to its id. */
  fixedBytes: 28,
  roles: ['champion', 'challenger', 'shadow', 'default'] as const satisfies readonly Role[],
  hasKey: 1,
  numberPrediction: 2,
} as const;

const { magic, headerBytes, crcAt, fixedBytes, hasKey, numberPrediction } = blockFormat;
const roleCodes: Readonly<Record<Role, number>> = { champion: 0, challenger: 1, shadow: 2, default: 3 };
/** Of a row, without the texts' own and the features: three lengths, or two and a number. */
const rowBytes = fixedBytes + 16;
/** Up to it, writing characters one by one is faster than a call out of JavaScript. */
const shortText = 64;
const firstBytes = 2 ** 16;

/** Rows of one model in memory, written as they will be on the disk. */
export class RowBlock {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #view = new DataView(this.#bytes.buffer);
  #end: number = headerBytes;
  #rows = 0;
  readonly #schemas: FeatureLog[] = [];
  #newest: FeatureLog | null = null;
  #newestNumber = 0;

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#end;
  }

  get rows(): number {
    return this.#rows;
  }

  /** True where some row has hashed features. */
  get hashes(): boolean {
    return this.#schemas.some(({ codes }) => codes.includes(valueCode.hash));
  }

  /** False, and nothing was done, where the row may need more than `room` bytes. */
  append(entry: LogEntry, hasher: ValueHasher, room: number): boolean {
    const { id, key, prediction, features, row } = entry;
    // A UTF-16 unit is at most three bytes of UTF-8.
    let need = rowBytes + features.fixedBytes + 3 * id.length;
    if (key !== null) need += 3 * key.length;
    if (typeof prediction === 'string') need += 3 * prediction.length;
    for (const i of features.texts) need += 3 * String(row[i]).length;
    if (need > room) return false;
    if (this.#end + need > this.#bytes.length) this.#grow(this.#end + need);

    const view = this.#view;
    let at = this.#end;
    view.setUint16(at, features === this.#newest ? this.#newestNumber : this.#schemaOf(features), true);
    view.setUint8(at + 2, roleCodes[entry.role]);
    view.setUint8(at + 3, (key === null ? 0 : hasKey) | (typeof prediction === 'number' ? numberPrediction : 0));
    view.setUint32(at + 4, entry.version, true);
    view.setUint32(at + 8, entry.revision, true);
    view.setFloat64(at + 12, entry.at, true);
    view.setFloat64(at + 20, entry.score, true);
    at = this.#text(id, at + fixedBytes);
    if (key !== null) at = this.#text(key, at);
    if (typeof prediction === 'string') at = this.#text(prediction, at);
    else {
      view.setFloat64(at, prediction, true);
      at += 8;
    }
    this.#end = this.#values(features, row, at, hasher);
    this.#rows++;
    return true;
  }

  /** The finished block; nothing may be appended before `clear`. */
  seal(model: string): Uint8Array {
    const schema: BlockSchema = { model, schemas: this.#schemas.map((features) => features.features) };
    const text = Buffer.from(JSON.stringify(schema));
    const rowsEnd = this.#end;
    if (rowsEnd + text.length > this.#bytes.length) this.#grow(rowsEnd + text.length);
    text.copy(this.#bytes, rowsEnd);
    const end = rowsEnd + text.length;
    const view = this.#view;
    view.setUint32(0, magic, true);
    view.setUint32(4, rowsEnd - headerBytes, true);
    view.setUint32(8, text.length, true);
    view.setUint32(12, this.#rows, true);
    view.setUint32(crcAt, blockChecksum(this.#bytes.subarray(0, end)), true);
    return this.#bytes.subarray(0, end);
  }

  /** Empties the block. What a rush has made of it is given back, so that it does not keep its memory for ever. */
  clear(): void {
    if (this.#bytes.length > 8 * firstBytes && this.#end < this.#bytes.length / 8) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(this.#bytes.length / 2));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#end = headerBytes;
    this.#rows = 0;
    this.#schemas.length = 0;
    this.#newest = null;
  }

  #values(features: FeatureLog, row: ParsedRow, start: number, hasher: ValueHasher): number {
    const view = this.#view;
    const codes = features.codes;
    let at = start;
    for (let i = 0; i < codes.length; i++) {
      const value = row[i] ?? NaN;
      switch (codes[i] as number) {
        case valueCode.number:
          view.setFloat64(at, value as number, true);
          at += 8;
          break;
        case valueCode.boolean:
          view.setUint8(at++, value === 1 ? 1 : value === 0 ? 0 : 2);
          break;
        case valueCode.category:
          at = this.#text(typeof value === 'string' ? value : '', at);
          break;
        case valueCode.hash: {
          const { name, type } = features.features[i] as LoggedFeature;
          if (value === '' || Number.isNaN(value)) {
            view.setUint8(at++, 0);
            break;
          }
          view.setUint8(at++, 1);
          this.#bytes.set(hasher.hash(name, type === 'boolean' ? (value === 1 ? 'true' : 'false') : String(value)), at);
          at += hashBytes;
        }
      }
    }
    return at;
  }

  #text(text: string, at: number): number {
    const bytes = this.#bytes;
    const start = at + 4;
    let end = start;
    if (text.length <= shortText) {
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 127) break;
        bytes[end++] = unit;
      }
    }
    if (end - start !== text.length) end = start + bytes.write(text, start);
    this.#view.setUint32(at, end - start, true);
    return end;
  }

  #schemaOf(features: FeatureLog): number {
    let number = this.#schemas.indexOf(features);
    if (number < 0) number = this.#schemas.push(features) - 1;
    this.#newest = features;
    this.#newestNumber = number;
    return number;
  }

  #grow(need: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(need, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** CRC32 of a whole block but for the four bytes that keep it. */
export function blockChecksum(block: Uint8Array): number {
  return crc32(block.subarray(headerBytes), crc32(block.subarray(0, crcAt)));
}
