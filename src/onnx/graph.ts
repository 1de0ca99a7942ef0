import { inputOf, scoresPerRow, type ModelSignature } from './signature.ts';
import { attributeType, dataType, GraphProto, ModelProto, signatureKey } from './schema.ts';

/** What an attribute may be; the kind says how numbers are written. */
export type Attribute =
  | { float: number }
  | { int: number }
  | { string: string }
  | { floats: ArrayLike<number> }
  | { ints: ArrayLike<number> }
  | { strings: readonly string[] }
  /** A vector of float32, or of bytes. */
  | { tensor: Float32Array }
  | { bytes: Uint8Array };

/** A tensor of a row each, as the graph takes or gives it. */
export function columnValue(name: string, type: number, columns = 1): object {
  return {
    name,
    type: { tensor_type: { elem_type: type, shape: { dim: [{ dim_param: 'rows' }, { dim_value: columns }] } } },
  };
}

/** Builds one ONNX graph, node by node, and encodes it. Every method returns the name of the value it made. */
export class Graph {
  readonly #nodes: object[] = [];
  readonly #constants: object[] = [];
  readonly #prefix: string;
  #names = 0;

  /** @param prefix of the names of values; a graph that is added to another one needs its own */
  constructor(prefix = 'pawl') {
    this.#prefix = prefix;
  }

  /** A node with one output. `domain`: '' for the standard operators, 'ai.onnx.ml' for the classical ones. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: '' | 'ai.onnx.ml' = '',
    output = this.#name(operator),
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value));
    this.#nodes.push({ name: output, op_type: operator, input: inputs, output: [output], domain, attribute });
    return output;
  }

  /** A float32 tensor that is part of the model. */
  floats(dims: readonly number[], values: ArrayLike<number>): string {
    const name = this.#name('constant');
    this.#constants.push({ name, dims, data_type: dataType.float, float_data: Array.from(values) });
    return name;
  }

  /** A tensor of bytes that is part of the model; without `dims` a single one. */
  bytes(type: 'uint8' | 'int8', values: Uint8Array | Int8Array, dims: readonly number[] = []): string {
    const name = this.#name('constant');
    const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.push({ name, dims, data_type: dataType[type], raw_data: raw });
    return name;
  }

  /** An int64 vector that is part of the model. */
  integers(values: readonly number[]): string {
    const name = this.#name('constant');
    this.#constants.push({ name, dims: [values.length], data_type: dataType.int64, int64_data: [...values] });
    return name;
  }

  /**
   * The finished model: one input a feature, one output `score`, float32 [rows, 1], or [rows, K] of K > 2 classes.
   * @param metadata texts that travel with it, by key
   */
  encode(signature: ModelSignature, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    // Plain objects are encoded as they are; to check and copy them first would take longer than to train a hundred small trees.
    const model = {
      ir_version: 9,
      producer_name: 'pawl',
      opset_import: [
        { domain: '', version: 18 },
        { domain: 'ai.onnx.ml', version: 5 },
      ],
      graph: {
        name: 'pawl',
        node: this.#nodes,
        initializer: this.#constants,
        input: signature.features.map((feature) =>
          columnValue(inputOf(feature.name), feature.type === 'category' ? dataType.string : dataType.float),
        ),
        output: [columnValue('score', dataType.float, scoresPerRow(signature))],
      },
      metadata_props: [
        { key: signatureKey, value: JSON.stringify(signature) },
        ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
      ],
    };
    return ModelProto.encode(model).finish();
  }

  /** Nodes and constants alone, as a part of a GraphProto that other parts are joined to. */
  encodePart(): Uint8Array {
    return GraphProto.encode({ node: this.#nodes, initializer: this.#constants }).finish();
  }

  // Features have the names that their owners gave them; a colon keeps ours apart.
  #name(operator: string): string {
    return `${this.#prefix}:${operator}:${this.#names++}`;
  }
}

function encodeAttribute(name: string, value: Attribute): object {
  if ('float' in value) return { name, type: attributeType.float, f: value.float };
  if ('int' in value) return { name, type: attributeType.int, i: value.int };
  if ('string' in value) return { name, type: attributeType.string, s: Buffer.from(value.string) };
  if ('floats' in value) return { name, type: attributeType.floats, floats: Array.from(value.floats) };
  if ('ints' in value) return { name, type: attributeType.ints, ints: Array.from(value.ints) };
  if ('strings' in value) return { name, type: attributeType.strings, strings: value.strings.map((text) => Buffer.from(text)) };
  const vector = 'tensor' in value ? value.tensor : value.bytes;
  const raw = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  const type = 'tensor' in value ? dataType.float : dataType.uint8;
  return { name, type: attributeType.tensor, t: { dims: [vector.length], data_type: type, raw_data: raw } };
}
