import { Graph } from '../../onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../onnx/signature.ts';
import type { Term } from './design.ts';
import type { Coefficients } from './normal-equations.ts';

/**
 * The linear model as an ONNX graph that takes the raw columns: each adds what it contributes to every class's score.
 * @param coefficients of the value, of the positive class, or of each of several classes
 */
export function exportLinear(
  signature: ModelSignature,
  terms: readonly Term[],
  coefficients: readonly Coefficients[],
): Uint8Array {
  const graph = new Graph();
  const width = coefficients.length;
  const weightsOf = (at: number) => coefficients.map((own) => own.at(at) ?? 0);
  const contributions = [graph.floats([1, width], weightsOf(-1))];
  for (const { name: feature, type } of signature.features) {
    const own = terms.flatMap((term, i) => (term.feature === feature ? [{ term, weights: weightsOf(i) }] : []));
    const missing = own.find(({ term }) => term.kind === 'missing')?.weights ?? new Array<number>(width).fill(0);
    if (type !== 'category') contributions.push(addNumber(graph, feature, own, missing));
    else if (width === 1) contributions.push(addCategory(graph, feature, own, missing[0] ?? 0));
    else contributions.push(addCategoryOfClasses(graph, feature, own, missing));
  }
  const isRegression = signature.task === 'regression';
  const sum = graph.node('Sum', contributions, {}, '', isRegression ? 'score' : undefined);
  if (signature.task === 'binary-classification') graph.node('Sigmoid', [sum], {}, '', 'score');
  if (signature.task === 'multiclass-classification') graph.node('Softmax', [sum], { axis: { int: 1 } }, '', 'score');
  return graph.encode(signature);
}

interface Weighted {
  readonly term: Term;
  /** By class. */
  readonly weights: readonly number[];
}

const levelsOf = (own: readonly Weighted[]) =>
  own.flatMap(({ term, weights }) => (term.kind === 'level' ? [{ level: term.level, weights }] : []));

/** Each level's weight is looked up; an unseen one weighs nothing, a missing one is the empty string. */
function addCategory(graph: Graph, feature: string, own: readonly Weighted[], missing: number): string {
  const levels = levelsOf(own);
  return graph.node(
    'LabelEncoder',
    [inputOf(feature)],
    {
      keys_strings: { strings: [...levels.map(({ level }) => level), ''] },
      values_floats: { floats: [...levels.map(({ weights }) => weights[0] ?? 0), missing] },
      default_float: { float: 0 },
    },
    'ai.onnx.ml',
  );
}

/** The same for several classes: the level's line of a table. */
function addCategoryOfClasses(graph: Graph, feature: string, own: readonly Weighted[], missing: readonly number[]): string {
  const levels = levelsOf(own);
  const keys = [...levels.map(({ level }) => level), ''];
  const line = graph.node(
    'LabelEncoder',
    [inputOf(feature)],
    {
      keys_strings: { strings: keys },
      values_int64s: { ints: [...keys.keys()] },
      default_int64: { int: keys.length },
    },
    'ai.onnx.ml',
  );
  const nothing = missing.map(() => 0);
  const table = [...levels.map(({ weights }) => weights), missing, nothing];
  const found = graph.node('Gather', [graph.floats([table.length, missing.length], table.flat()), line]);
  return graph.node('Squeeze', [found, graph.integers([1])]);
}

/** (x - mean) * weight / sd, or the weight of a missing value. */
function addNumber(graph: Graph, feature: string, own: readonly Weighted[], missing: readonly number[]): string {
  const width = missing.length;
  const value = own.find(({ term }) => term.kind === 'value');
  const { mean, scale } = value?.term.kind === 'value' ? value.term : { mean: 0, scale: 1 };
  const slopes = value === undefined ? missing.map(() => 0) : value.weights.map((weight) => weight / scale);
  const centred = graph.node('Sub', [inputOf(feature), graph.floats([1, 1], [mean])]);
  const scaled = graph.node('Mul', [centred, graph.floats([1, width], slopes)]);
  const isMissing = graph.node('IsNaN', [inputOf(feature)]);
  return graph.node('Where', [isMissing, graph.floats([1, width], missing), scaled]);
}
