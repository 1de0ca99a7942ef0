import { Graph } from '../../onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../onnx/signature.ts';
import type { Term } from './design.ts';
import type { Coefficients } from './normal-equations.ts';

/** The linear model as an ONNX graph that takes the raw columns: each adds what it contributes. */
export function exportLinear(signature: ModelSignature, terms: readonly Term[], coefficients: Coefficients): Uint8Array {
  const graph = new Graph();
  const contributions = [graph.floats([1, 1], [coefficients.at(-1) ?? 0])];
  for (const { name: feature, type } of signature.features) {
    const own = terms.flatMap((term, i) => (term.feature === feature ? [{ term, weight: coefficients[i] ?? 0 }] : []));
    const missing = own.find(({ term }) => term.kind === 'missing')?.weight ?? 0;
    if (type === 'category') contributions.push(addCategory(graph, feature, own, missing));
    else contributions.push(addNumber(graph, feature, own, missing));
  }
  const isClassifier = signature.task === 'binary-classification';
  const sum = graph.node('Sum', contributions, {}, '', isClassifier ? undefined : 'score');
  if (isClassifier) graph.node('Sigmoid', [sum], {}, '', 'score');
  return graph.encode(signature);
}

interface Weighted {
  readonly term: Term;
  readonly weight: number;
}

/** Each level's weight is looked up; an unseen one weighs nothing, a missing one is the empty string. */
function addCategory(graph: Graph, feature: string, own: readonly Weighted[], missing: number): string {
  const levels = own.flatMap(({ term, weight }) => (term.kind === 'level' ? [[term.level, weight] as const] : []));
  return graph.node(
    'LabelEncoder',
    [inputOf(feature)],
    {
      keys_strings: { strings: [...levels.map(([level]) => level), ''] },
      values_floats: { floats: [...levels.map(([, weight]) => weight), missing] },
      default_float: { float: 0 },
    },
    'ai.onnx.ml',
  );
}

/** (x - mean) * weight / sd, or the weight of a missing value. */
function addNumber(graph: Graph, feature: string, own: readonly Weighted[], missing: number): string {
  const value = own.find(({ term }) => term.kind === 'value');
  const { mean, slope } =
    value?.term.kind === 'value' ? { mean: value.term.mean, slope: value.weight / value.term.scale } : { mean: 0, slope: 0 };
  const centred = graph.node('Sub', [inputOf(feature), graph.floats([1, 1], [mean])]);
  const scaled = graph.node('Mul', [centred, graph.floats([1, 1], [slope])]);
  const isMissing = graph.node('IsNaN', [inputOf(feature)]);
  return graph.node('Where', [isMissing, graph.floats([1, 1], [missing]), scaled]);
}
