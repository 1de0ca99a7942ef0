import { Graph } from '../../src/onnx/graph.ts';
import { columns } from '../serving/model/columns.ts';

/** Where the first column is above it, `failing` has nothing to say. */
export const failsAbove = 100;

/** A classifier by its first column alone, as small as they come. `failing`: ONNX Runtime fails on some rows. */
export function firstColumnModel(failing: boolean): Uint8Array {
  const [first = ''] = columns;
  const graph = new Graph();
  const known = graph.node('Where', [graph.node('IsNaN', [first]), graph.floats([1, 1], [0]), first]);
  // Below the bound the index is 0; above it there is no such row in the table.
  const above = graph.node('Greater', [known, graph.floats([1, 1], [failing ? failsAbove : Infinity])]);
  const table = graph.floats([1, 1], [0]);
  const found = graph.node('Gather', [table, graph.node('Cast', [above], { to: { int: 7 } })]);
  const score = graph.node('Add', [known, graph.node('Reshape', [found, graph.node('Shape', [known])])]);
  graph.node('Sigmoid', [score], {}, '', 'score');
  return graph.encode({
    format: 1,
    task: 'binary-classification',
    features: columns.map((name) => ({ name, type: 'number' })),
    classes: ['0', '1'],
    threshold: 0.5,
  });
}
