import { Graph, type Attribute } from '../../onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../onnx/signature.ts';
import { TreeEnsemble, type NodeTest } from '../../onnx/tree-ensemble.ts';
import type { BinnedFeature } from './binning.ts';
import type { Ensemble } from './boost.ts';
import type { Tree } from './tree.ts';

/** What makes probabilities, or an expectation, of the sums over the trees. */
export type Link = 'identity' | 'logistic' | 'softmax' | 'exp';

/**
 * The ensemble as an ONNX graph that takes the raw columns.
 * @param codes of each category, by name: the bin of each of its levels
 */
export function exportEnsemble(
  ensemble: Ensemble,
  signature: ModelSignature,
  features: readonly BinnedFeature[],
  codes: ReadonlyMap<string, ReadonlyMap<string, number>>,
  link: Link,
): Uint8Array {
  const graph = new Graph();
  const columns = signature.features.map(({ name }) => {
    const binOf = codes.get(name);
    if (binOf === undefined) return inputOf(name);
    // A category without levels has nothing to look up; the key is one that no value has.
    const keys = binOf.size === 0 ? ['\0'] : [...binOf.keys()];
    return graph.node(
      'LabelEncoder',
      [inputOf(name)],
      {
        keys_strings: { strings: keys },
        values_floats: { floats: binOf.size === 0 ? [NaN] : [...binOf.values()] },
        default_float: { float: NaN },
      },
      'ai.onnx.ml',
    );
  });
  const row = graph.node('Concat', columns, { axis: { int: 1 } });
  const after = link === 'identity' ? undefined : { logistic: 'Sigmoid', softmax: 'Softmax', exp: 'Exp' }[link];
  const sum = graph.node(
    'TreeEnsemble',
    [row],
    treesOf(ensemble, features),
    'ai.onnx.ml',
    after === undefined ? 'score' : undefined,
  );
  if (after !== undefined) graph.node(after, [sum], link === 'softmax' ? { axis: { int: 1 } } : {}, '', 'score');
  return graph.encode(signature);
}

/** What every row starts from is a tree of one leaf for each output. */
function treesOf({ trees, base }: Ensemble, features: readonly BinnedFeature[]): Record<string, Attribute> {
  const ensemble = new TreeEnsemble(base.length);
  const nothing = { feature: [], test: [], missingTrue: [], whenTrue: [], whenFalse: [] };
  for (const [output, value] of base.entries()) ensemble.add({ ...nothing, leaves: [value] }, output);
  for (const [i, tree] of trees.entries()) {
    const test = tree.feature.map((feature, node) => testOf(tree, node, (features[feature] as BinnedFeature).thresholds));
    const { feature, missingLeft, left, right, value } = tree;
    ensemble.add({ feature, test, missingTrue: missingLeft, whenTrue: left, whenFalse: right, leaves: value }, i % base.length);
  }
  return ensemble.attributes();
}

function testOf(tree: Tree, node: number, thresholds: Float32Array): NodeTest {
  const bins = tree.bins[node] ?? null;
  // The last bin is open: a split there sends all but missing values left.
  if (bins === null) return { atMost: thresholds[tree.bin[node] as number] ?? Infinity };
  // A set may be that of missing values alone.
  return bins.length === 0 ? { atMost: -Infinity } : { oneOf: bins };
}
