import { Graph } from '../../onnx/graph.ts';
import { inputOf } from '../../onnx/signature.ts';
import { weightsOf } from './learner.ts';
import { encodeState, type ColumnState, type FtrlState } from './state.ts';

/** Where the state stands in the artifact's metadata, so that one digest covers both. */
export const stateKey = 'pawl.ftrl';

/** Nodes of trees, an entry each. */
interface Nodes {
  readonly tree: number[];
  readonly node: number[];
  readonly feature: number[];
  readonly mode: string[];
  readonly value: number[];
  readonly whenTrue: number[];
  readonly whenFalse: number[];
}

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
    parts.push(graph.node('TreeEnsembleRegressor', [row], treesOf(numbers), 'ai.onnx.ml'));
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

/** A tree a number: missing or not, then by halves down to the bin. */
function treesOf(numbers: readonly { thresholds: readonly number[]; weights: Float64Array }[]) {
  const nodes: Nodes = { tree: [], node: [], feature: [], mode: [], value: [], whenTrue: [], whenFalse: [] };
  const leaves = { tree: [] as number[], node: [] as number[], weight: [] as number[] };
  for (const [tree, { thresholds, weights }] of numbers.entries()) {
    let made = 0;
    const add = (mode: string, value: number) => {
      nodes.tree.push(tree);
      nodes.node.push(made);
      nodes.feature.push(mode === 'LEAF' ? 0 : tree);
      nodes.mode.push(mode);
      nodes.value.push(value);
      nodes.whenTrue.push(0);
      return { id: made++, at: nodes.whenFalse.push(0) - 1 };
    };
    const leaf = (slot: number) => {
      const { id } = add('LEAF', 0);
      leaves.tree.push(tree);
      leaves.node.push(id);
      leaves.weight.push(weights[slot] ?? 0);
      return id;
    };
    /** The subtree of bins [first, last]. */
    const grow = (first: number, last: number): number => {
      if (first === last) return leaf(first);
      const middle = (first + last) >>> 1;
      return branch(
        thresholds[middle] ?? Infinity,
        () => grow(first, middle),
        () => grow(middle + 1, last),
      );
    };
    const branch = (threshold: number, below: () => number, above: () => number): number => {
      const { id, at } = add('BRANCH_LEQ', threshold);
      nodes.whenTrue[at] = below();
      nodes.whenFalse[at] = above();
      return id;
    };
    // Every value is at most infinite; a missing one is not.
    branch(
      Infinity,
      () => grow(0, thresholds.length),
      () => leaf(thresholds.length + 1),
    );
  }
  return {
    nodes_treeids: { ints: nodes.tree },
    nodes_nodeids: { ints: nodes.node },
    nodes_featureids: { ints: nodes.feature },
    nodes_modes: { strings: nodes.mode },
    nodes_values: { floats: nodes.value },
    nodes_truenodeids: { ints: nodes.whenTrue },
    nodes_falsenodeids: { ints: nodes.whenFalse },
    nodes_missing_value_tracks_true: { ints: nodes.tree.map(() => 0) },
    target_treeids: { ints: leaves.tree },
    target_nodeids: { ints: leaves.node },
    target_ids: { ints: leaves.tree.map(() => 0) },
    target_weights: { floats: leaves.weight },
    n_targets: { int: 1 },
    base_values: { floats: [0] },
    post_transform: { string: 'NONE' },
    aggregate_function: { string: 'SUM' },
  };
}
