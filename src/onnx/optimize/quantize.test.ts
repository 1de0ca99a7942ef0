import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../data/dataset.ts';
import { networkFeatures, networkOnnx, networkSignature } from '../../../test/training/network-onnx.ts';
import { Random } from '../../training/random.ts';
import { Graph } from '../graph.ts';
import { inspectGraph } from '../inspect.ts';
import { decodeForeign } from '../foreign-schema.ts';
import { OnnxModel } from '../model.ts';
import { scoreFrame } from '../score-frame.ts';
import { inputOf } from '../signature.ts';
import { quantized } from './quantize.ts';
import { simplified } from './simplify.ts';

function frameOf(rows: number, seed: number): Frame {
  const random = new Random(seed);
  const columns = Object.fromEntries(
    networkFeatures.map((name) => [
      name,
      { type: 'number' as const, values: Float32Array.from({ length: rows }, () => random.next() * 4 - 2) },
    ]),
  );
  return { rows, features: networkFeatures, columns, label: new Float64Array(rows), classes: ['no', 'yes'], timestamp: null };
}

async function scores(artifact: Uint8Array, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(artifact);
  try {
    return await scoreFrame(model, frame);
  } finally {
    await model.release();
  }
}

describe('a network in int8', () => {
  const plain = networkOnnx(128);
  let small: Uint8Array;
  beforeAll(async () => {
    small = (await quantized(plain, networkSignature, frameOf(2000, 1))) ?? new Uint8Array();
  });

  it('scores nearly as before on rows that it has not seen, in a third of the bytes', async () => {
    const unseen = frameOf(1000, 2);
    const [before, after] = [await scores(plain, unseen), await scores(small, unseen)];
    const apart = before.map((score, i) => Math.abs(score - (after[i] ?? NaN)));
    expect(Math.max(...apart)).toBeLessThan(0.02);
    expect(Math.max(...apart)).toBeGreaterThan(0);
    expect(small.length / plain.length).toBeLessThan(0.35);
  });

  it('is a model of the standard, with the same signature', async () => {
    expect(inspectGraph(decodeForeign(small))).toEqual([]);
    const model = await OnnxModel.open(small);
    expect(model.signature).toEqual(networkSignature);
    await model.release();
  });

  it('scores a row alike, whatever rows it arrives with', async () => {
    const frame = frameOf(64, 5);
    const all = await scores(small, frame);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 63 }), async (row) => {
        const one: Frame = {
          ...frame,
          rows: 1,
          label: frame.label.slice(0, 1),
          columns: Object.fromEntries(
            Object.entries(frame.columns).map(([name, column]) => [
              name,
              { type: 'number' as const, values: (column as { values: Float32Array }).values.slice(row, row + 1) },
            ]),
          ),
        };
        expect((await scores(small, one))[0]).toBe(all[row]);
      }),
      { numRuns: 10 },
    );
  });

  it('is none where no matrix is large enough to be worth it', async () => {
    expect(await quantized(networkOnnx(4), networkSignature, frameOf(100, 1))).toBeNull();
  });
});

describe('a simplified model', () => {
  it('scores to the bit as before, without what is constant or does nothing', async () => {
    const graph = new Graph('net');
    const row = graph.node('Concat', networkFeatures.map(inputOf), { axis: { int: 1 } });
    const half = graph.node('Add', [graph.floats([1, 1], [0.2]), graph.floats([1, 1], [0.3])]);
    const sum = graph.node('Identity', [graph.node('ReduceSum', [row, graph.integers([1])])]);
    graph.node('Sigmoid', [graph.node('Mul', [sum, half])], {}, '', 'score');
    const plain = graph.encode(networkSignature);
    const simple = await simplified(plain);
    const operators = (bytes: Uint8Array) => decodeForeign(bytes).graph?.node.map(({ op_type: operator }) => operator);
    expect(operators(plain)).toEqual(expect.arrayContaining(['Add', 'Identity']));
    expect(operators(simple)).toEqual(['Concat', 'ReduceSum', 'Mul', 'Sigmoid']);
    expect(await scores(simple, frameOf(100, 1))).toEqual(await scores(plain, frameOf(100, 1)));
    expect(inspectGraph(decodeForeign(simple))).toEqual([]);
  });
});
