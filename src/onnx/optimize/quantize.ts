import type { Frame } from '../../data/dataset.ts';
import { Graph } from '../graph.ts';
import { withField } from '../message-field.ts';
import { dataType, fieldNumber, NodeNames, TensorProto } from '../schema.ts';
import type { ModelSignature } from '../signature.ts';
import { type Range, rangesOf } from './calibrate.ts';
import { namesUsed, type WeightedProduct, weightedProducts } from './weighted-products.ts';

/**
 * The greatest weight, of the 127 that fit: sums of two products with a byte then stay within the 16 bits in which processors without
 * VNNI add them, so that every gateway gives the same score (ONNX Runtime documentation, "Quantize ONNX Models", on U8S8 and reduce_range).
 */
const greatestWeight = 63;

/**
 * The same model with its larger matrices of weights in int8, a scale for each column, and what they are multiplied with in uint8 (B. Jacob
 * et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", CVPR 2018, eq. 1 to 4). The
 * scale of the values is set by the rows given, once: one that is found anew for each batch would let a row's score depend on
 * the rows that it arrives with.
 * @param frame rows that say which values occur; a few thousand are enough
 * @returns null where the graph has no such matrix: trees have none
 */
export async function quantized(artifact: Uint8Array, signature: ModelSignature, frame: Frame): Promise<Uint8Array | null> {
  const products = weightedProducts(artifact);
  const ranges = await rangesOf(artifact, signature, frame, [...new Set(products.map(({ input }) => input))]);
  const replaced = new Map<string, WeightedProduct & { readonly range: Range }>();
  for (const product of products) {
    const range = ranges.get(product.input);
    if (range !== undefined && range.min <= range.max) replaced.set(product.output, { ...product, range });
  }
  if (replaced.size === 0) return null;

  return withField(artifact, fieldNumber.graphOfModel, (graph) => {
    const constants: Uint8Array[] = [];
    let count = 0;
    const nodes = withField(graph, fieldNumber.nodeOfGraph, (node) => {
      const { output } = NodeNames.decode(node) as unknown as { output: string[] };
      const product = replaced.get(output[0] ?? '');
      if (product === undefined) return node;
      const part = integerProduct(product, `pawl:int8:${count++}`).encodePart();
      const own: Uint8Array[] = [];
      constants.push(
        withField(part, fieldNumber.nodeOfGraph, (made) => {
          own.push(made);
          return null;
        }),
      );
      // In the place of the one that they replace: a graph lists its nodes in the order of their use.
      return own;
    });
    const used = namesUsed(nodes);
    const rest = withField(nodes, fieldNumber.initializerOfGraph, (tensor) => {
      const { name } = TensorProto.decode(tensor) as unknown as { name: string };
      return used.has(name) ? tensor : null;
    });
    return Buffer.concat([rest, ...constants]);
  });
}

function integerProduct(
  { input, output, bias, shape, values, range }: WeightedProduct & { readonly range: Range },
  prefix: string,
): Graph {
  const [rows, columns] = shape;
  const graph = new Graph(prefix);
  // Zero is a value of its own, so that what is absent stays nothing.
  const [min, max] = [Math.min(0, range.min), Math.max(0, range.max)];
  const scale = Math.fround(max === min ? 1 : (max - min) / 255);
  const zero = graph.bytes('uint8', Uint8Array.of(Math.round(-min / scale)));

  const scales = new Float32Array(columns);
  for (let i = 0; i < values.length; i++) scales[i % columns] = Math.max(scales[i % columns] ?? 0, Math.abs(values[i] ?? 0));
  for (let column = 0; column < columns; column++) scales[column] = (scales[column] ?? 0) / greatestWeight || 1;
  const weights = Int8Array.from(values, (value, i) => Math.round(value / (scales[i % columns] ?? 1)));

  const bytes = graph.node('QuantizeLinear', [input, graph.floats([], [scale]), zero]);
  const whole = graph.node('MatMulInteger', [bytes, graph.bytes('int8', weights, [rows, columns]), zero]);
  const sums = graph.node('Cast', [whole], { to: { int: dataType.float } });
  const back = graph.floats(
    [columns],
    scales.map((one) => one * scale),
  );
  if (bias === null) graph.node('Mul', [sums, back], {}, '', output);
  else graph.node('Add', [graph.node('Mul', [sums, back]), bias], {}, '', output);
  return graph;
}
