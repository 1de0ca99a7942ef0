import { hashBytes, valueCode } from './feature-log.ts';

export type ColumnType = 'DOUBLE' | 'BOOLEAN' | 'STRING';

/** The rows of a file, read from front to back. */
export class RowReader {
  readonly bytes: Buffer;
  readonly view: DataView;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  float(): number {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  text(): string {
    const start = this.at + 4;
    this.at = start + this.view.getUint32(this.at, true);
    return this.bytes.toString('utf8', start, this.at);
  }

  /** A text's UTF-8, not copied. */
  utf8(): Uint8Array {
    const start = this.at + 4;
    this.at = start + this.view.getUint32(this.at, true);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, this.at - start);
  }

  /** Goes past a text; true where it is empty. */
  skipText(): boolean {
    const length = this.view.getUint32(this.at, true);
    this.at += 4 + length;
    return length === 0;
  }
}

/** One feature of a row group. A row that is not set has none. */
export class FeatureColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** True where some row of the segment has no value. */
  readonly nullable: boolean;
  readonly #numbers: Float64Array;
  readonly #others: (boolean | string | null)[];

  constructor(name: string, type: ColumnType, nullable: boolean, rows: number) {
    this.name = name;
    this.type = type;
    this.nullable = nullable;
    this.#numbers = new Float64Array(type === 'DOUBLE' ? rows : 0).fill(NaN);
    this.#others = type === 'DOUBLE' ? [] : Array<null>(rows).fill(null);
  }

  /** Takes a row's value from where the reader is. `code`: how it was written, a `valueCode`. */
  take(row: number, code: number, reader: RowReader): void {
    if (code === valueCode.number) {
      const value = reader.float();
      if (this.type === 'DOUBLE') this.#numbers[row] = value;
      else if (!Number.isNaN(value)) this.#others[row] = Object.is(value, -0) ? '-0' : String(value);
      return;
    }
    if (code === valueCode.category) {
      const text = reader.text();
      if (text !== '') this.#others[row] = text;
      return;
    }
    const flag = reader.view.getUint8(reader.at++);
    if (code === valueCode.boolean) {
      if (flag < 2) this.#others[row] = this.type === 'BOOLEAN' ? flag === 1 : flag === 1 ? 'true' : 'false';
    } else if (flag === 1) {
      this.#others[row] = reader.bytes.toString('hex', reader.at, reader.at + hashBytes);
      reader.at += hashBytes;
    }
  }

  /** The first `rows` values, null where there is none; good until `clear`. */
  values(rows: number): Float64Array | (number | boolean | string | null)[] {
    if (this.type !== 'DOUBLE') return this.#others.slice(0, rows);
    const values = this.#numbers.subarray(0, rows);
    return this.nullable ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : values;
  }

  clear(): void {
    if (!this.nullable) return;
    this.#numbers.fill(NaN);
    this.#others.fill(null);
  }
}

/** Goes past a value; true where it is missing. `code`: how it was written, a `valueCode`. */
export function skipValue(code: number, reader: RowReader): boolean {
  if (code === valueCode.number) return Number.isNaN(reader.float());
  if (code === valueCode.category) return reader.skipText();
  const flag = reader.view.getUint8(reader.at++);
  if (code === valueCode.boolean) return flag === 2;
  if (flag === 1) reader.at += hashBytes;
  return flag === 0;
}
