import { columnValue, Graph } from '../../src/onnx/graph.ts';
import { GraphProto, ModelProto } from '../../src/onnx/schema.ts';

/** A linear regression as another tool writes it: a matrix X of all numbers in, one float `variable` out. */
export function linearOnnx(weights: readonly number[], intercept: number): Uint8Array {
  const graph = new Graph('team');
  const product = graph.node('MatMul', ['X', graph.floats([weights.length, 1], weights)]);
  graph.node('Add', [product, graph.floats([1], [intercept])], {}, '', 'variable');
  const parts = GraphProto.toObject(GraphProto.decode(graph.encodePart())) as Record<string, unknown>;
  return ModelProto.encode(
    ModelProto.fromObject({
      ir_version: 8,
      opset_import: [{ domain: '', version: 18 }],
      graph: {
        ...parts,
        name: 'team',
        input: [columnValue('X', 1, weights.length)],
        output: [columnValue('variable', 1)],
      },
    }),
  ).finish();
}
