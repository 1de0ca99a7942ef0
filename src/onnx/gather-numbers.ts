import protobuf from 'protobufjs';
import { attributeType, dataType, GraphProto, ValueInfoProto } from './schema.ts';
import { inputOf, type ModelSignature } from './signature.ts';

/** The graph input that takes all numbers and booleans at once, float32 [rows, count]. */
export const numbersInput = 'pawl:numbers';

/** Field numbers of onnx.proto. */
const graphOfModel = 7;
const inputOfGraph = 11;
const lengthDelimited = 2;

/** The features that are numbers to the graph, by their place in the signature. */
export function numberFeatures(signature: ModelSignature): number[] {
  return signature.features.flatMap(({ type }, i) => (type === 'category' ? [] : [i]));
}

/**
 * The same graph with one matrix in the place of an input a number: each input costs ONNX Runtime's binding some 2 µs a call,
 * for twenty numbers more than their trees. A Split gives the columns back under the names that the nodes know; all else stays
 * as it is, byte for byte.
 * @returns the bytes themselves where there are fewer than two such inputs
 */
export function gatherNumbers(bytes: Uint8Array, signature: ModelSignature): Uint8Array {
  const columns = numberFeatures(signature).map((i) => inputOf(signature.features[i]?.name ?? ''));
  if (columns.length < 2) return bytes;
  const gathered = new Set(columns);
  return withField(bytes, graphOfModel, (graph) =>
    Buffer.concat([
      head(columns),
      withField(graph, inputOfGraph, (input) => {
        const { name } = ValueInfoProto.decode(input) as unknown as { name: string };
        return gathered.has(name) ? null : input;
      }),
    ]),
  );
}

/** What comes before all else in the graph: the matrix, and the node that splits it. */
function head(columns: readonly string[]): Uint8Array {
  const shape = { dim: [{ dim_param: 'rows' }, { dim_value: columns.length }] };
  const attribute = [
    { name: 'axis', type: attributeType.int, i: 1 },
    { name: 'num_outputs', type: attributeType.int, i: columns.length },
  ];
  return GraphProto.encode(
    GraphProto.fromObject({
      node: [{ name: 'pawl:columns', op_type: 'Split', input: [numbersInput], output: columns, attribute }],
      input: [{ name: numbersInput, type: { tensor_type: { elem_type: dataType.float, shape } } }],
    }),
  ).finish();
}

/** A message with each occurrence of one of its fields replaced, or left out where `change` gives null. */
function withField(message: Uint8Array, field: number, change: (value: Uint8Array) => Uint8Array | null): Uint8Array {
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
    if (changed !== null) parts.push(protobuf.Writer.create().uint32(tag).bytes(changed).finish());
  }
  return Buffer.concat(parts);
}
