import { Graph } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/signature.ts';
import { TreeEnsemble, type NodeTest } from '../../onnx/tree-ensemble.ts';
import { weightsOf } from './learner.ts';
import { encodeState, type ColumnState, type FtrlState } from './state.ts';

/** Where the state stands in the artifact's metadata, so that one digest covers both. */
export const stateKey = 'pawl.ftrl';

/**
 * The learned weights as an ONNX graph that takes the raw columns: the bins of a number are the leaves of a tree, a category's weight is
 * looked up, and an unseen one weighs nothing.
 */
export function exportFtrl(state: FtrlState): Uint8Array {
  const { signature, base, scale, columns } = state;
  const weights = weightsOf(state);
  const graph = new Graph();
  const start = base + scale * weights.intercept;
  const parts = [graph.floats([1, 1], [start])];
  const numbers: { input: string; thresholds: readonly number[]; weights: Float64Array }[] = [];
  for (const [i, { name }] of signature.features.entries()) {
    const { of } = columns[i] as ColumnState;
    const own = (weights.columns[i] as Float64Array).map((weight) => scale * weight);
    if (of.type === 'number') numbers.push({ input: inputOf(name), thresholds: of.thresholds, weights: own });
    else parts.push(lookUp(graph, inputOf(name), of.levels, own));
  }
  if (numbers.length > 0) {
    const row = graph.node(
      'Concat',
      numbers.map(({ input }) => input),
      { axis: { int: 1 } },
    );
    parts.push(graph.node('TreeEnsemble', [row], treesOf(numbers), 'ai.onnx.ml'));
  }
  const isClassifier = signature.task === 'binary-classification';
  const sum = graph.node('Sum', parts, {}, '', isClassifier ? undefined : 'score');
  if (isClassifier) graph.node('Sigmoid', [sum], {}, '', 'score');
  return graph.encode(signature, { [stateKey]: encodeState(state) });
}

function lookUp(graph: Graph, input: string, levels: readonly string[], weights: Float64Array): string {
  return graph.node(
    'LabelEncoder',
    [input],
    {
      keys_strings: { strings: [...levels, ''] },
      values_floats: { floats: weights },
      default_float: { float: 0 },
    },
    'ai.onnx.ml',
  );
}

/** A tree a number: by halves down to the bin, missing values at the first step to their own leaf. */
function treesOf(numbers: readonly { thresholds: readonly number[]; weights: Float64Array }[]) {
  const ensemble = new TreeEnsemble(1);
  for (const [input, { thresholds, weights }] of numbers.entries()) {
    const test: NodeTest[] = [];
    const whenTrue: number[] = [];
    const whenFalse: number[] = [];
    const branch = (atMost: number, below: () => number, above: () => number): number => {
      const node = test.push({ atMost }) - 1;
      whenTrue[node] = below();
      whenFalse[node] = above();
      return node;
    };
    /** The subtree of bins [first, last]; leaf b is that of bin b. */
    const grow = (first: number, last: number): number => {
      if (first === last) return ~first;
      const middle = (first + last) >>> 1;
      return branch(
        thresholds[middle] ?? Infinity,
        () => grow(first, middle),
        () => grow(middle + 1, last),
      );
    };
    // Every value is at most infinite; a missing one is not.
    branch(
      Infinity,
      () => grow(0, thresholds.length),
      () => ~(thresholds.length + 1),
    );
    const leaves = weights.subarray(0, thresholds.length + 2);
    const each = { feature: test.map(() => input), missingTrue: test.map(() => false) };
    ensemble.add({ ...each, test, whenTrue, whenFalse, leaves }, 0);
  }
  return ensemble.attributes();
}
