import { Graph } from '../../src/onnx/graph.ts';
import { inputOf, type ModelSignature } from '../../src/onnx/signature.ts';
import { Random } from '../../src/training/random.ts';

export const networkFeatures: readonly string[] = Array.from({ length: 16 }, (_, i) => `x${i}`);

export const networkSignature: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: networkFeatures.map((name) => ({ name, type: 'number' })),
  classes: ['no', 'yes'],
  threshold: 0.5,
};

/** A network of two hidden layers, one by MatMul and one by Gemm, with random weights that are the same each time. */
export function networkOnnx(hidden: number): Uint8Array {
  const random = new Random(3);
  const graph = new Graph('net');
  const weights = (rows: number, columns: number) =>
    graph.floats(
      [rows, columns],
      Array.from({ length: rows * columns }, () => (random.next() * 2 - 1) / Math.sqrt(rows)),
    );
  const bias = (value: number) => graph.floats([hidden], new Float32Array(hidden).fill(value));
  const row = graph.node('Concat', networkFeatures.map(inputOf), { axis: { int: 1 } });
  const first = graph.node('Relu', [graph.node('Add', [graph.node('MatMul', [row, weights(16, hidden)]), bias(0.1)])]);
  const second = graph.node('Relu', [graph.node('Gemm', [first, weights(hidden, hidden), bias(-0.1)], { transB: { int: 1 } })]);
  graph.node('Sigmoid', [graph.node('MatMul', [second, weights(hidden, 1)])], {}, '', 'score');
  return graph.encode(networkSignature);
}
