import { FinalError } from '../errors.ts';
import { decodeForeign, type ForeignModel, numberOf } from './foreign-schema.ts';
import { aliasesOf, inputProblems, matrixOf, numbersOf, scoreSource, type ScoreSource } from './foreign-values.ts';
import { columnValue, Graph } from './graph.ts';
import { inspectGraph } from './inspect.ts';
import { withField } from './message-field.ts';
import { dataType, fieldNumber, GraphProto, ModelProto, signatureKey, ValueInfoProto } from './schema.ts';
import { inputOf, type ModelSignature, scoresPerRow } from './signature.ts';

/** Of the operators of ONNX, where a graph has none of them and ours are added. */
const usualOpset = 18;
/** Of the classical operators: calibration and thresholds by group need it, and all that came before but LabelEncoder means the same in it. */
const classicalOpset = 3;
/** What the score was called where a graph had one that is not [rows, 1]. */
const before = 'pawl:before:adopted';

/**
 * A graph that others have written as an artifact of pawl's: an input a feature, one output `score`, the signature in its metadata. It
 * may have the inputs of pawl's graphs already, or take all numbers and booleans as one float32 matrix, in the order of the
 * features, and names with `_` for what is no letter or digit; and it may give `score`, or for a
 * classification probabilities [rows, classes], for a regression its only float output.
 * Its own nodes and weights stay as they are.
 * @throws FinalError PAWL_TRAINER_OUTPUT_INVALID with everything that is wrong with it
 */
export function adoptGraph(bytes: Uint8Array, signature: ModelSignature): Uint8Array {
  const model = decoded(bytes);
  const problems = inspectGraph(model);
  const { input = [], output = [], initializer = [] } = model.graph ?? {};
  const constants = new Set(initializer.map(({ name }) => name));
  const own = input.filter(({ name }) => !constants.has(name));
  const aliases = aliasesOf(own, signature);
  const inputs = own.map((value) => ({ ...value, name: aliases.get(value.name) ?? value.name }));
  const matrix = matrixOf(inputs, signature);
  const source = scoreSource(output, signature);
  if (model.graph) {
    problems.push(...inputProblems(inputs, signature, matrix));
    if (typeof source === 'string')
      problems.push({ subject: 'score', message: source, hint: 'of a classifier, switch ZipMap off' });
  }
  if (problems.length > 0 || typeof source === 'string')
    throw new FinalError('PAWL_TRAINER_OUTPUT_INVALID', 'model.onnx cannot be served.', { problems });

  const perRow = scoresPerRow(signature);
  const isReady = source.name === 'score' && source.shape === 'column' && !source.isDouble;
  const adopted = withField(bytes, fieldNumber.graphOfModel, (graph) => {
    const kept = withField(graph, fieldNumber.inputOfGraph, (value) => {
      const name = nameOf(value);
      return name === matrix || constants.has(name) || aliases.has(name) ? null : value;
    });
    const alone = withField(kept, fieldNumber.outputOfGraph, () => null);
    const rest = isReady ? alone : withoutScore(alone);
    const score = GraphProto.fromObject({ output: [columnValue('score', dataType.float, perRow)] });
    return Buffer.concat([
      head(matrix, aliases, signature),
      rest,
      isReady ? new Uint8Array() : tail(source, perRow),
      GraphProto.encode(score).finish(),
    ]);
  });
  return withHeader(adopted, model, signature);
}

function decoded(bytes: Uint8Array): ForeignModel {
  try {
    return decodeForeign(bytes);
  } catch (cause) {
    throw new FinalError('PAWL_TRAINER_OUTPUT_INVALID', `model.onnx is no ONNX model: ${(cause as Error).message}.`, { cause });
  }
}

/** Inputs by the names of the features, and the nodes that make of them what the graph takes; nothing where it takes them as they are. */
function head(matrix: string | null, aliases: ReadonlyMap<string, string>, signature: ModelSignature): Uint8Array {
  const texts = new Set(signature.features.filter(({ type }) => type === 'category').map(({ name }) => inputOf(name)));
  const numbers = matrix === null ? [] : numbersOf(signature).map(({ name }) => inputOf(name));
  const graph = new Graph('pawl:joined');
  if (matrix !== null) graph.node('Concat', numbers, { axis: { int: 1 } }, '', matrix);
  for (const [alias, input] of aliases) graph.node('Identity', [input], {}, '', alias);
  const input = [...numbers, ...aliases.values()].map((name) =>
    columnValue(name, texts.has(name) ? dataType.string : dataType.float),
  );
  return Buffer.concat([GraphProto.encode(GraphProto.fromObject({ input })).finish(), graph.encodePart()]);
}

/** The nodes that make float32 [rows, `perRow`] of what the graph gives. */
function tail({ name, isDouble, shape }: ScoreSource, perRow: number): Uint8Array {
  const graph = new Graph('pawl:adopted');
  const given = name === 'score' ? before : name;
  const value = isDouble ? graph.node('Cast', [given], { to: { int: dataType.float } }) : given;
  if (shape === 'pair') graph.node('Gather', [value, graph.integers([1])], { axis: { int: 1 } }, '', 'score');
  else graph.node('Reshape', [value, graph.integers([-1, perRow])], {}, '', 'score');
  return graph.encodePart();
}

/** Whatever it calls `score`, values and nodes, called otherwise: the name is the artifact's. */
function withoutScore(graph: Uint8Array): Uint8Array {
  const renamed = (value: Uint8Array) => (Buffer.from(value).toString('utf8') === 'score' ? Buffer.from(before) : value);
  return withField(graph, fieldNumber.nodeOfGraph, (node) =>
    [fieldNumber.inputOfNode, fieldNumber.outputOfNode, fieldNumber.nameOfNode].reduce(
      (part, field) => withField(part, field, renamed),
      node,
    ),
  );
}

/** With the signature in the metadata, and the operator sets that what was added, and may be added later, needs. */
function withHeader(bytes: Uint8Array, { graph, opset_import: sets }: ForeignModel, signature: ModelSignature): Uint8Array {
  const versionOf = (...domains: string[]) => numberOf(sets.find(({ domain }) => domains.includes(domain))?.version);
  const classical = versionOf('ai.onnx.ml') ?? classicalOpset;
  const hasEncoder = graph?.node.some(({ op_type: operator }) => operator === 'LabelEncoder') ?? false;
  const opsets = [
    { domain: '', version: versionOf('', 'ai.onnx') ?? usualOpset },
    { domain: 'ai.onnx.ml', version: hasEncoder ? classical : Math.max(classicalOpset, classical) },
  ];
  const bare = withField(
    withField(bytes, fieldNumber.opsetOfModel, () => null),
    fieldNumber.metadataOfModel,
    () => null,
  );
  const added = ModelProto.fromObject({
    opset_import: opsets,
    metadata_props: [{ key: signatureKey, value: JSON.stringify(signature) }],
  });
  return Buffer.concat([bare, ModelProto.encode(added).finish()]);
}

function nameOf(value: Uint8Array): string {
  return (ValueInfoProto.decode(value) as unknown as { name: string }).name;
}
