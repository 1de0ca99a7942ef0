import { Graph } from '../../src/onnx/graph.ts';

/** A regression of numbers only: the sum of the features, a missing one counts as 0. */
export function numbersModel(features: readonly string[]): Uint8Array {
  const graph = new Graph();
  const zero = graph.floats([1, 1], [0]);
  const present = features.map((name) => graph.node('Where', [graph.node('IsNaN', [name]), zero, name]));
  graph.node('Sum', present, {}, '', 'score');
  return graph.encode({
    format: 1,
    task: 'regression',
    features: features.map((name) => ({ name, type: 'number' })),
    classes: null,
    threshold: null,
  });
}
