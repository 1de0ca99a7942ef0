import { GraphProto, ModelProto } from '../schema.ts';

/** A product of values with a matrix of weights, `MatMul` or `Gemm`. */
export interface WeightedProduct {
  /** The value that the node makes. */
  readonly output: string;
  /** The value that is multiplied. */
  readonly input: string;
  /** Added to the product; null where nothing is. */
  readonly bias: string | null;
  readonly weights: string;
  /** Rows and columns as the product uses them. */
  readonly shape: readonly [number, number];
  /** One row after the other. */
  readonly values: Float32Array;
}

/** Smaller matrices cost so little that to round their input costs more, values. */
const smallest = 1024;
const float = 1;

interface Tensor {
  readonly name: string;
  readonly dims: readonly unknown[];
  readonly data_type: number;
  readonly float_data: readonly number[];
  readonly raw_data: Uint8Array;
}

interface Node {
  readonly op_type: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly { readonly name: string; readonly f: number; readonly i: unknown }[];
}

/** All products of a graph with a constant matrix of 1,024 values or more, in the order of the graph. */
export function weightedProducts(artifact: Uint8Array): WeightedProduct[] {
  const { graph } = ModelProto.decode(artifact) as unknown as { graph: { node: Node[]; initializer: Tensor[] } };
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const found: WeightedProduct[] = [];
  for (const node of graph.node) {
    const [input, weights = '', bias = ''] = node.input;
    const [output] = node.output;
    const tensor = constants.get(weights);
    const kind = kindOf(node);
    if (input === undefined || output === undefined || tensor === undefined || kind === null || constants.has(input)) continue;
    const [rows = 0, columns = 0, ...more] = tensor.dims.map(Number);
    if (tensor.data_type !== float || more.length > 0 || rows * columns < smallest) continue;
    const values = floatsOf(tensor);
    if (values.length !== rows * columns || !values.every(Number.isFinite)) continue;
    found.push({
      output,
      input,
      bias: bias === '' ? null : bias,
      weights,
      shape: kind === 'turned' ? [columns, rows] : [rows, columns],
      values: kind === 'turned' ? turned(values, rows, columns) : values,
    });
  }
  return found;
}

/** plain: input times weights. turned: the weights lie with rows and columns exchanged. Null: another operator, or one that does more. */
function kindOf({ op_type: operator, domain, attribute }: Node): 'plain' | 'turned' | null {
  if (domain !== '' && domain !== 'ai.onnx') return null;
  if (operator === 'MatMul') return 'plain';
  if (operator !== 'Gemm') return null;
  const of = (name: string) => attribute.find((one) => one.name === name);
  const isOne = (name: string) => (of(name)?.f ?? 1) === 1;
  if (Number(of('transA')?.i ?? 0) !== 0 || !isOne('alpha') || !isOne('beta')) return null;
  return Number(of('transB')?.i ?? 0) === 0 ? 'plain' : 'turned';
}

function floatsOf({ float_data: floats, raw_data: raw }: Tensor): Float32Array {
  if (raw.length === 0) return Float32Array.from(floats);
  const bytes = Uint8Array.from(raw);
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] ?? NaN;
  return result;
}

/** Names of the values that nodes of a graph take; the constants among them. */
export function namesUsed(graph: Uint8Array): Set<string> {
  const { node } = GraphProto.decode(graph) as unknown as { node: Node[] };
  return new Set(node.flatMap(({ input }) => input));
}
