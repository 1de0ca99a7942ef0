import { Graph } from '../../src/onnx/graph.ts';
import type { ModelSignature } from '../../src/onnx/signature.ts';

/**
 * Three classes, small enough to be written by hand: `low`, `mid` or `high` by where `price` is nearest to 0, 1/2 or 1; a missing price
 * counts as 1/2, or, with `notANumber`, makes scores that are no numbers. `rotated`: each class one further, so that answers tell the
 * versions apart.
 */
export function threeClassesModel({
  rotated = false,
  notANumber = false,
}: { readonly rotated?: boolean; readonly notANumber?: boolean } = {}): Uint8Array {
  const graph = new Graph();
  const centres = graph.floats([1, 3], rotated ? [0.5, 1, 0] : [1, 0, 0.5]);
  const price = notANumber
    ? 'price'
    : graph.node('Where', [graph.node('IsNaN', ['price']), graph.floats([1, 1], [0.5]), 'price']);
  const off = graph.node('Sub', [price, centres]);
  const logits = graph.node('Mul', [graph.node('Mul', [off, off]), graph.floats([1, 1], [-20])]);
  graph.node('Softmax', [logits], { axis: { int: 1 } }, '', 'score');
  const signature: ModelSignature = {
    format: 1,
    task: 'multiclass-classification',
    features: [{ name: 'price', type: 'number' }],
    classes: ['high', 'low', 'mid'],
    threshold: null,
  };
  return graph.encode(signature);
}
