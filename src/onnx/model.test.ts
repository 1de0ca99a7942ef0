import { describe, expect, it } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import { Graph } from './graph.ts';
import { OnnxModel } from './model.ts';
import { ModelProto } from './schema.ts';
import { inputOf, type ModelSignature } from './signature.ts';

const regression: ModelSignature = {
  format: 1,
  task: 'regression',
  features: [{ name: 'x', type: 'number' }],
  classes: null,
  threshold: null,
};

/** A graph that gives its one number back. */
function identity(signature: ModelSignature = regression, input = 'x', output = 'score'): Uint8Array {
  const graph = new Graph();
  graph.node('Identity', [input], {}, '', output);
  return graph.encode(signature);
}

/** The same artifact with other metadata. */
function withMetadata(bytes: Uint8Array, metadata: { key: string; value: string }[]): Uint8Array {
  const model = ModelProto.toObject(ModelProto.decode(bytes));
  return ModelProto.encode(ModelProto.fromObject({ ...model, metadata_props: metadata })).finish();
}

async function withModel<T>(bytes: Uint8Array, work: (model: OnnxModel) => T | Promise<T>): Promise<T> {
  const model = await OnnxModel.open(bytes);
  try {
    return await work(model);
  } finally {
    await model.release();
  }
}

describe('an ONNX artifact', () => {
  it('says what it takes and gives', () =>
    withModel(smallModel(), ({ signature }) => {
      expect(signature.features).toEqual([
        { name: 'price', type: 'number' },
        { name: 'region', type: 'category' },
      ]);
      expect(signature).toMatchObject({ task: 'binary-classification', classes: ['0', '1'], threshold: 0.5 });
    }));

  it('scores rows in their order, one score each', () =>
    withModel(smallModel(), async (model) => {
      const scores = await model.run({ price: Float32Array.of(0.9, NaN, 0.1), region: ['NSW', '', 'elsewhere'] }, 3);
      expect(scores).toBeInstanceOf(Float32Array);
      [4, 0, -4].forEach((logit, row) => expect(scores[row]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 1));
      expect([...scores]).toEqual([...scores].toSorted((a, b) => b - a));
    }));

  it('scores a row alone as it does among others', () =>
    withModel(smallModel(), async (model) => {
      const price = Float32Array.from({ length: 257 }, (_, i) => i / 256);
      const region = Array.from(price, (_, i) => (i % 2 === 0 ? 'NSW' : 'VIC'));
      const together = await model.run({ price, region }, 257);
      for (const row of [0, 100, 256]) {
        const alone = await model.run({ price: price.slice(row, row + 1), region: region.slice(row, row + 1) }, 1);
        expect(alone[0]).toBe(together[row]);
      }
    }));

  it('scores an empty batch to nothing', () =>
    withModel(smallModel(), async (model) =>
      expect(await model.run({ price: new Float32Array(), region: [] }, 0)).toHaveLength(0),
    ));

  it('refuses columns that are absent, or not as long as the batch', () =>
    withModel(smallModel(), async (model) => {
      await expect(model.run({ price: Float32Array.of(1) }, 1)).rejects.toThrow('region has 0 values for 1 rows');
      await expect(model.run({ price: Float32Array.of(1, 2), region: ['NSW', 'VIC'] }, 1)).rejects.toThrow(RangeError);
    }));

  it.each(['score', 'pawl:Identity:0', 'price per m²'])('may have a feature of the name %s', (name) =>
    withModel(identity({ ...regression, features: [{ name, type: 'number' }] }, inputOf(name)), async (model) => {
      expect([...(await model.run({ [name]: Float32Array.of(3, -0.5) }, 2))]).toEqual([3, -0.5]);
    }),
  );

  it('has equal bytes when it is built twice', () => {
    expect(Buffer.from(smallModel()).equals(Buffer.from(smallModel()))).toBe(true);
  });
});

describe('bytes that are no artifact', () => {
  const signatureText = (changes: object) => [{ key: 'pawl.signature', value: JSON.stringify({ ...regression, ...changes }) }];
  const two = { features: [...regression.features, { name: 'y', type: 'number' }] };
  it.each([
    ['no protobuf at all', Buffer.from('not a model'), ''],
    ['nothing', new Uint8Array(), 'holds no pawl.signature'],
    ['a model cut short', identity().slice(0, -30), ''],
    ['a model of somebody else', withMetadata(identity(), []), 'holds no pawl.signature'],
    ['a signature that is no JSON', withMetadata(identity(), [{ key: 'pawl.signature', value: '{' }]), ''],
    ['a signature of another format', withMetadata(identity(), signatureText({ format: 2 })), 'malformed'],
    ['a classifier without classes', withMetadata(identity(), signatureText({ task: 'binary-classification' })), 'malformed'],
    ['a feature too many', withMetadata(identity(), signatureText(two)), 'input for y is missing'],
    [
      'a feature of another type',
      withMetadata(identity(), signatureText({ features: [{ name: 'x', type: 'category' }] })),
      'float32 and not string',
    ],
    [
      'a feature too few',
      withMetadata(identity({ ...regression, ...two } as ModelSignature), signatureText({})),
      'no feature for the graph',
    ],
    ['a graph without a score', identity(regression, 'x', 'other'), ''],
  ])('are refused: %s', async (_, bytes, because) => {
    await expect(OnnxModel.open(bytes)).rejects.toMatchObject({
      code: 'PAWL_ARTIFACT_UNREADABLE',
      message: expect.stringContaining(because),
    });
  });
});
