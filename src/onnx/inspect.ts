import type { Problem } from '../errors.ts';
import type { ForeignGraph, ForeignModel, ForeignNode, ForeignTensor } from './foreign-schema.ts';

/** The operators that the ONNX standard defines. Any other domain needs code that gateways do not have. */
const standardDomains: readonly string[] = ['', 'ai.onnx', 'ai.onnx.ml'];
/** TensorProto.DataLocation */
const external = 1;

/**
 * What keeps a graph that others have written from being loaded anywhere: operators that are not of the standard, functions of its own,
 * and weights that lie in another file. Graphs within nodes are looked through as well.
 */
export function inspectGraph({ graph, functions }: ForeignModel): Problem[] {
  if (graph === null || graph === undefined) return [{ message: 'it holds no graph' }];
  const custom = new Map<string, number>();
  const outside = new Set<string>();
  const look = (nodes: readonly ForeignNode[]) => {
    for (const { op_type: operator, domain, attribute } of nodes) {
      if (!standardDomains.includes(domain)) custom.set(`${domain}.${operator}`, (custom.get(`${domain}.${operator}`) ?? 0) + 1);
      for (const { t, g, tensors, graphs, sparse_tensor: sparse } of attribute) {
        for (const tensor of [t, ...tensors, sparse?.values, sparse?.indices]) lookAt(tensor);
        for (const inner of [g, ...graphs]) if (inner !== null && inner !== undefined) within(inner);
      }
    }
  };
  const lookAt = (tensor: ForeignTensor | null | undefined) => {
    if (tensor && (tensor.data_location === external || tensor.external_data.length > 0)) outside.add(tensor.name || 'unnamed');
  };
  const within = ({ node, initializer, sparse_initializer: sparse }: ForeignGraph) => {
    for (const tensor of [...initializer, ...sparse.flatMap(({ values, indices }) => [values, indices])]) lookAt(tensor);
    look(node);
  };
  within(graph);
  const problems: Problem[] = [...custom].map(([operator, times]) => ({
    subject: operator,
    message: `the operator ${operator} (${times} ${times === 1 ? 'node' : 'nodes'}) is not of the ONNX standard`,
    hint: 'operators of ai.onnx and ai.onnx.ml',
  }));
  for (const { domain, name } of functions) {
    problems.push({
      subject: `${domain}.${name}`,
      message: `it brings a function of its own, ${domain}.${name}`,
      hint: 'put its nodes into the graph (onnx.inliner)',
    });
  }
  if (outside.size > 0) {
    const names = [...outside];
    problems.push({
      subject: names[0] ?? '',
      message: `${names.length} of its tensors lie in another file (${names.slice(0, 3).join(', ')})`,
      hint: 'one file, without external data',
    });
  }
  return problems;
}
