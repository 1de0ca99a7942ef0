import { dataType, ModelProto } from '../../../src/onnx/schema.ts';

/** What the rewriting touches of a model. */
interface Model {
  readonly graph: {
    node: { op_type: string; input: string[]; output: string[] }[];
    input: object[];
  };
}

/** The input of a plain graph. */
export const plainInput = 'input';

/**
 * The trees of an artifact of pawl's behind one float tensor [rows, features], the form that suits a server that has its rows
 * as a matrix: no gathering of columns, nothing else in the graph than trees and their sigmoid.
 */
export function plainGraph(artifact: Uint8Array, features: number): Uint8Array {
  const message = ModelProto.decode(artifact);
  const { graph } = message as unknown as Model;
  const gather = graph.node.find(({ op_type: operator }) => operator === 'Concat');
  const [matrix] = gather?.output ?? [];
  if (matrix === undefined || gather?.input.length !== features) throw new Error('The graph does not begin with its columns.');
  graph.node = graph.node.filter((node) => node !== gather);
  for (const node of graph.node) node.input = node.input.map((name) => (name === matrix ? plainInput : name));
  const shape = { dim: [{ dim_param: 'rows' }, { dim_value: features }] };
  graph.input = [{ name: plainInput, type: { tensor_type: { elem_type: dataType.float, shape } } }];
  return ModelProto.encode(message).finish();
}
