import { Graph } from '../../src/onnx/graph.ts';
import type { ModelSignature } from '../../src/onnx/signature.ts';

export interface SmallModel {
  /** Says of everything the opposite of what the others say, so that answers tell the versions apart. */
  readonly flipped?: boolean;
  /** Numbers that a row must have beside `price` and `region`. */
  readonly moreColumns?: readonly string[];
  /** ONNX Runtime fails on a batch that holds a greater `price`. */
  readonly failsAbove?: number;
  /** The score of a row with a greater `price` is NaN. */
  readonly notANumberAbove?: number;
}

/** A classifier small enough to be written by hand: class `1` where `price` is above 0.5; a missing price counts as 0.5. */
export function smallModel({ flipped = false, moreColumns = [], failsAbove, notANumberAbove }: SmallModel = {}): Uint8Array {
  const graph = new Graph();
  const constant = (value: number) => graph.floats([1, 1], [value]);
  const price = graph.node('Where', [graph.node('IsNaN', ['price']), constant(0.5), 'price']);
  const codes = {
    keys_strings: { strings: ['NSW', 'VIC'] },
    values_floats: { floats: [0.01, -0.01] },
    default_float: { float: 0 },
  };
  const region = graph.node('LabelEncoder', ['region'], codes, 'ai.onnx.ml');
  let logit = graph.node('Mul', [
    graph.node('Add', [graph.node('Sub', [price, constant(0.5)]), region]),
    constant(flipped ? -10 : 10),
  ]);
  if (failsAbove !== undefined) {
    // Below the bound the index is 0; above it there is no such row in the table.
    const index = graph.node('Cast', [graph.node('Greater', [price, constant(failsAbove)])], { to: { int: 7 } });
    const table = graph.floats([1, 1], [0]);
    logit = graph.node('Add', [
      logit,
      graph.node('Reshape', [graph.node('Gather', [table, index]), graph.node('Shape', [logit])]),
    ]);
  }
  if (notANumberAbove !== undefined) {
    const root = graph.node('Sqrt', [graph.node('Sub', [constant(notANumberAbove), price])]);
    logit = graph.node('Add', [logit, graph.node('Mul', [root, constant(0)])]);
  }
  graph.node('Sigmoid', [logit], {}, '', 'score');
  const signature: ModelSignature = {
    format: 1,
    task: 'binary-classification',
    features: [
      { name: 'price', type: 'number' },
      { name: 'region', type: 'category' },
      ...moreColumns.map((name) => ({ name, type: 'number' as const })),
    ],
    classes: ['0', '1'],
    threshold: 0.5,
  };
  return graph.encode(signature);
}
