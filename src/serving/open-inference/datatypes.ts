import { isUtf8 } from 'node:buffer';

/** One element of a tensor as a row has it; null is a missing value. */
export type Element = number | boolean | string | null;

/** How the elements of one datatype of the protocol are read. */
export interface Datatype {
  /** Bytes of one element in binary; null where each element says its own length. */
  readonly size: number | null;
  /** The field of gRPC's InferTensorContents that carries it. */
  readonly contents: string;
  /** The element at a byte offset of binary data; undefined where those bytes are none. */
  read(bytes: Buffer, at: number): Element | undefined;
  /** An element that came as JSON or in typed contents; undefined where it is none. */
  take(value: unknown): Element | undefined;
}

/** The protocol has no null: NaN says that a number is missing. */
const orMissing = (value: number): Element => (Number.isNaN(value) ? null : value);

function float(size: number, contents: string, read: (bytes: Buffer, at: number) => number): Datatype {
  return {
    size,
    contents,
    read: (bytes, at) => orMissing(read(bytes, at)),
    take: (value) => (value === null ? null : typeof value === 'number' ? orMissing(value) : undefined),
  };
}

/** `signed` integers of `size` bytes. Those beyond 2^53 lose digits, as they would on the way into the model. */
function integer(signed: boolean, size: number, contents: string, read: (bytes: Buffer, at: number) => number): Datatype {
  const most = 2 ** (signed ? size * 8 - 1 : size * 8);
  const least = signed ? -most : 0;
  return {
    size,
    contents,
    read,
    take(value) {
      if (value === null) return null;
      // 64-bit limits are no doubles: the greatest value rounds up to 2^63 and 2^64.
      const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= (size === 8 ? most : most - 1);
      return fits ? Number(value) : undefined;
    },
  };
}

const table: Readonly<Record<string, Datatype>> = {
  BOOL: {
    size: 1,
    contents: 'bool_contents',
    read: (bytes, at) => (bytes[at] === 0 ? false : bytes[at] === 1 ? true : undefined),
    take: (value) =>
      typeof value === 'boolean' || value === null ? value : value === 0 || value === 1 ? value === 1 : undefined,
  },
  INT8: integer(true, 1, 'int_contents', (bytes, at) => bytes.readInt8(at)),
  INT16: integer(true, 2, 'int_contents', (bytes, at) => bytes.readInt16LE(at)),
  INT32: integer(true, 4, 'int_contents', (bytes, at) => bytes.readInt32LE(at)),
  INT64: integer(true, 8, 'int64_contents', (bytes, at) => Number(bytes.readBigInt64LE(at))),
  UINT8: integer(false, 1, 'uint_contents', (bytes, at) => bytes.readUInt8(at)),
  UINT16: integer(false, 2, 'uint_contents', (bytes, at) => bytes.readUInt16LE(at)),
  UINT32: integer(false, 4, 'uint_contents', (bytes, at) => bytes.readUInt32LE(at)),
  UINT64: integer(false, 8, 'uint64_contents', (bytes, at) => Number(bytes.readBigUInt64LE(at))),
  FP32: float(4, 'fp32_contents', (bytes, at) => bytes.readFloatLE(at)),
  FP64: float(8, 'fp64_contents', (bytes, at) => bytes.readDoubleLE(at)),
  BYTES: {
    size: null,
    contents: 'bytes_contents',
    read(bytes, at) {
      const text = bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at));
      return textOf(text);
    },
    take: (value) => (value === null || value === '' ? null : typeof value === 'string' ? value : textOf(value)),
  },
};

function textOf(bytes: unknown): Element | undefined {
  if (!(bytes instanceof Uint8Array) || !isUtf8(bytes)) return undefined;
  return bytes.length === 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** The datatypes that are taken, by name. Half precision is not: no typed contents carry it. */
export const datatypeNames: readonly string[] = Object.keys(table);

/** Null for a name that is none of them. */
export function datatypeOf(name: unknown): Datatype | null {
  return typeof name === 'string' && Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
