import { layoutOf } from './batch.ts';
import { withField } from './message-field.ts';
import { attributeType, dataType, fieldNumber, GraphProto, ModelOpsets, NodeNames, NodeProto, ValueInfoProto } from './schema.ts';
import { inputOf, type ModelSignature } from './signature.ts';

export interface Gathered {
  readonly bytes: Uint8Array;
  /** The input that takes all numbers and booleans at once, float32 [rows, count]; null where each has an input of its own. */
  readonly matrix: string | null;
}

/**
 * The same graph with one matrix in the place of an input a number: each input costs ONNX Runtime's binding some 2 µs a call,
 * for twenty numbers more than their trees. Where the graph does no more with them than to put them side by side, the matrix takes
 * the place of that; else a Split gives the columns back under the names that the nodes know. All else stays as it is, byte for
 * byte, and so do the bytes themselves where there are fewer than two such inputs.
 */
export function gatherNumbers(bytes: Uint8Array, signature: ModelSignature): Gathered {
  const columns = layoutOf(signature).numbers.map((i) => inputOf(signature.features[i]?.name ?? ''));
  if (columns.length < 2) return { bytes, matrix: null };
  let matrix = 'pawl:numbers';
  const splitting = splittingOf(bytes);
  const gathered = withField(bytes, fieldNumber.graphOfModel, (graph) => {
    const joined = joinOf(graph, columns);
    matrix = joined ?? matrix;
    const own = new Set(columns);
    const others = withField(graph, fieldNumber.inputOfGraph, (input) => {
      const { name } = ValueInfoProto.decode(input) as unknown as { name: string };
      return own.has(name) ? null : input;
    });
    const rest = withField(others, fieldNumber.nodeOfGraph, (node) =>
      joined !== null && outputOf(node) === joined ? null : node,
    );
    return Buffer.concat([head(matrix, columns, joined === null ? splitting : null), rest]);
  });
  return { bytes: gathered, matrix };
}

interface Node {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly op_type: string;
}

/** The value that a graph makes of these columns by putting them side by side in this order, and uses them for nothing else. */
function joinOf(graph: Uint8Array, columns: readonly string[]): string | null {
  const users: Uint8Array[] = [];
  withField(graph, fieldNumber.nodeOfGraph, (bytes) => {
    const { input } = NodeNames.decode(bytes) as unknown as Node;
    if (input.some((name) => columns.includes(name))) users.push(bytes);
    return bytes;
  });
  const [user] = users;
  if (user === undefined || users.length > 1) return null;
  const join = NodeProto.decode(user) as unknown as Node & { attribute: readonly { name: string; i: unknown }[] };
  const [axis] = join.attribute;
  const sideBySide = join.op_type === 'Concat' && axis?.name === 'axis' && Number(axis.i) === 1;
  const inOrder = join.input.length === columns.length && columns.every((name, i) => join.input[i] === name);
  return sideBySide && inOrder ? (join.output[0] ?? null) : null;
}

function outputOf(node: Uint8Array): string | undefined {
  return (NodeNames.decode(node) as unknown as Node).output[0];
}

/** How a Split is told that its parts are equal: by their number since opset 18, before that by silence. */
type Splitting = 'counted' | 'silent';

function splittingOf(bytes: Uint8Array): Splitting {
  const { opset_import: sets } = ModelOpsets.decode(bytes) as unknown as {
    opset_import: { domain: string; version: unknown }[];
  };
  const found = sets.find(({ domain }) => domain === '')?.version ?? 0;
  return Number(found) >= 18 ? 'counted' : 'silent';
}

/** What comes before all else in the graph: the matrix, and, where the columns are wanted one by one, the node that splits it. */
function head(matrix: string, columns: readonly string[], splitting: Splitting | null): Uint8Array {
  const shape = { dim: [{ dim_param: 'rows' }, { dim_value: columns.length }] };
  const attribute = [
    { name: 'axis', type: attributeType.int, i: 1 },
    ...(splitting === 'counted' ? [{ name: 'num_outputs', type: attributeType.int, i: columns.length }] : []),
  ];
  const split = { name: 'pawl:columns', op_type: 'Split', input: [matrix], output: columns, attribute };
  return GraphProto.encode(
    GraphProto.fromObject({
      node: splitting === null ? [] : [split],
      input: [{ name: matrix, type: { tensor_type: { elem_type: dataType.float, shape } } }],
    }),
  ).finish();
}
