import protobuf from 'protobufjs';

const lengthDelimited = 2;

/**
 * A protobuf message with each occurrence of one of its length-delimited fields replaced, by several where `change` gives a list, or
 * left out where it gives null.
 * Everything else stays as it is, byte for byte: a graph may be large, and only parts of it have to be understood.
 */
export function withField(
  message: Uint8Array,
  field: number,
  change: (value: Uint8Array) => Uint8Array | readonly Uint8Array[] | null,
): Uint8Array {
  const reader = protobuf.Reader.create(message);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if (tag >>> 3 !== field || (tag & 7) !== lengthDelimited) {
      reader.skipType(tag & 7);
      parts.push(message.subarray(start, reader.pos));
      continue;
    }
    const changed = change(reader.bytes());
    for (const value of changed === null ? [] : changed instanceof Uint8Array ? [changed] : changed)
      parts.push(protobuf.Writer.create().uint32(tag).bytes(value).finish());
  }
  return Buffer.concat(parts);
}
