import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherNumbers } from './gather-numbers.ts';
import { Graph } from './graph.ts';
import { OnnxModel } from './model.ts';
import { ModelProto } from './schema.ts';
import type { ModelSignature } from './signature.ts';

const signature = (...names: string[]): ModelSignature => ({
  format: 1,
  task: 'regression',
  features: names.map((name) => ({ name, type: 'number' })),
  classes: null,
  threshold: null,
});
const digits = [1, 10, 100];

/** Gives a, b and c as the digits of one number; `order`: in which they are put side by side. */
function digitsOf(order: readonly string[], alsoUses?: string): Uint8Array {
  const graph = new Graph();
  const weights = graph.floats(
    [3, 1],
    order.map((name) => digits['abc'.indexOf(name)] ?? 0),
  );
  const sum = graph.node('MatMul', [graph.node('Concat', order, { axis: { int: 1 } }), weights]);
  graph.node('Add', [sum, alsoUses ?? graph.floats([1, 1], [0])], {}, '', 'score');
  return graph.encode(signature('a', 'b', 'c'));
}

function nodesOf(bytes: Uint8Array): string[] {
  const { graph } = ModelProto.decode(bytes) as unknown as { graph: { node: { op_type: string }[] } };
  return graph.node.map((node) => node.op_type);
}

describe('numbers that go into the graph as one matrix', () => {
  it.each([
    ['side by side in their order: the matrix is that', digitsOf(['a', 'b', 'c']), ['MatMul', 'Add'], 0],
    ['in another order', digitsOf(['c', 'a', 'b']), ['Split', 'Concat', 'MatMul', 'Add'], 0],
    ['side by side, and one of them once more', digitsOf(['a', 'b', 'c'], 'b'), ['Split', 'Concat', 'MatMul', 'Add'], 1],
  ])('%s', async (_, bytes, nodes, more) => {
    const { bytes: gathered, matrix } = gatherNumbers(bytes, signature('a', 'b', 'c'));
    expect(nodesOf(gathered)).toEqual(nodes);
    expect(matrix).not.toBeNull();
    const model = await OnnxModel.open(bytes);
    const scores = await model.runRows([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([...scores]).toEqual([321 + 2 * more, 654 + 5 * more]);
    await model.release();
  });

  it('leave a graph of one number as it is', () => {
    const graph = new Graph();
    graph.node('Identity', ['a'], {}, '', 'score');
    const bytes = graph.encode(signature('a'));
    expect(gatherNumbers(bytes, signature('a'))).toEqual({ bytes, matrix: null });
  });

  it('score the same by rows and by columns', async () => {
    const model = await OnnxModel.open(digitsOf(['c', 'a', 'b']));
    const value = fc.integer({ min: -99, max: 99 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value, value), { minLength: 1 }), async (rows) => {
        const column = (at: 0 | 1 | 2) => Float32Array.from(rows, (row) => row[at]);
        const byColumns = await model.run({ a: column(0), b: column(1), c: column(2) }, rows.length);
        expect([...(await model.runRows(rows))]).toEqual([...byColumns]);
        expect([...byColumns]).toEqual(rows.map(([a, b, c]) => a + 10 * b + 100 * c));
      }),
    );
    await model.release();
  });
});
