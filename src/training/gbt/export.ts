import { Graph } from '../../onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../onnx/signature.ts';
import type { BinnedFeature } from './binning.ts';
import type { Ensemble } from './boost.ts';

/** What makes probabilities, or an expectation, of the sums over the trees. */
export type Link = 'identity' | 'logistic' | 'softmax' | 'exp';

/** The ensemble as an ONNX graph that takes the raw columns. */
export function exportEnsemble(
  ensemble: Ensemble,
  signature: ModelSignature,
  features: readonly BinnedFeature[],
  ranks: ReadonlyMap<string, ReadonlyMap<string, number>>,
  link: Link,
): Uint8Array {
  const graph = new Graph();
  const columns = signature.features.map(({ name }) => {
    const order = ranks.get(name);
    if (order === undefined) return inputOf(name);
    // An empty order has nothing to look up; the key is one that no value has.
    const keys = order.size === 0 ? ['\0'] : [...order.keys()];
    return graph.node(
      'LabelEncoder',
      [inputOf(name)],
      {
        keys_strings: { strings: keys },
        values_floats: { floats: order.size === 0 ? [NaN] : [...order.values()] },
        default_float: { float: NaN },
      },
      'ai.onnx.ml',
    );
  });
  const row = graph.node('Concat', columns, { axis: { int: 1 } });
  const after = link === 'identity' ? undefined : { logistic: 'Sigmoid', softmax: 'Softmax', exp: 'Exp' }[link];
  const sum = graph.node(
    'TreeEnsembleRegressor',
    [row],
    {
      ...treeAttributes(ensemble, features),
      n_targets: { int: ensemble.base.length },
      base_values: { floats: [...ensemble.base] },
      post_transform: { string: 'NONE' },
      aggregate_function: { string: 'SUM' },
    },
    'ai.onnx.ml',
    after === undefined ? 'score' : undefined,
  );
  if (after !== undefined) graph.node(after, [sum], link === 'softmax' ? { axis: { int: 1 } } : {}, '', 'score');
  return graph.encode(signature);
}

function treeAttributes({ trees, base }: Ensemble, features: readonly BinnedFeature[]) {
  const treeIds: number[] = [];
  const nodeIds: number[] = [];
  const featureIds: number[] = [];
  const modes: string[] = [];
  const values: number[] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  const missingTrue: number[] = [];
  const targetTrees: number[] = [];
  const targetNodes: number[] = [];
  const weights: number[] = [];
  trees.forEach((tree, id) => {
    const inner = tree.feature.length;
    // Leaves come after the inner nodes.
    const nodeId = (child: number | undefined) => (child === undefined ? inner : child >= 0 ? child : inner + ~child);
    for (let node = 0; node < inner; node++) {
      const feature = tree.feature[node] ?? 0;
      treeIds.push(id);
      nodeIds.push(node);
      featureIds.push(feature);
      modes.push('BRANCH_LEQ');
      // The last bin is open: a split there sends all but missing values left.
      values.push(features[feature]?.thresholds[tree.bin[node] ?? 0] ?? Infinity);
      trueIds.push(nodeId(tree.left[node]));
      falseIds.push(nodeId(tree.right[node]));
      missingTrue.push(tree.missingLeft[node] ? 1 : 0);
    }
    tree.value.forEach((value, leaf) => {
      treeIds.push(id);
      nodeIds.push(inner + leaf);
      featureIds.push(0);
      modes.push('LEAF');
      values.push(0);
      trueIds.push(0);
      falseIds.push(0);
      missingTrue.push(0);
      targetTrees.push(id);
      targetNodes.push(inner + leaf);
      weights.push(value);
    });
  });
  return {
    nodes_treeids: { ints: treeIds },
    nodes_nodeids: { ints: nodeIds },
    nodes_featureids: { ints: featureIds },
    nodes_modes: { strings: modes },
    nodes_values: { floats: values },
    nodes_truenodeids: { ints: trueIds },
    nodes_falsenodeids: { ints: falseIds },
    nodes_missing_value_tracks_true: { ints: missingTrue },
    target_treeids: { ints: targetTrees },
    target_nodeids: { ints: targetNodes },
    target_ids: { ints: targetTrees.map((tree) => tree % base.length) },
    target_weights: { floats: weights },
  };
}
