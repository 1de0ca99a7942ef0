import { afterEach, describe, expect, it, vi } from 'vitest';
import { InferenceBed } from '../../test/serving/inference-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { threeClassesModel } from '../../test/serving/three-classes-model.ts';

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
let over: InferenceBed;
afterEach(() => over.close());

const classes = ['high', 'low', 'mid'];
/** Of a price, as the model has them. */
function probabilities(price: number): number[] {
  const weights = [1, 0, 0.5].map((centre) => Math.exp(-20 * (price - centre) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
const near = (values: readonly number[]): number[] => values.map((value) => expect.closeTo(value, 5) as number);
const prices = [0.1, 0.9];
const both = prices.flatMap(probabilities);

describe('a gateway with a model of three classes', () => {
  it('answers rows in JSON with the class, its probability and those of all, and logs the first two', async () => {
    over = await InferenceBed.serve(threeClassesModel());
    const { predictions } = await over.client.predict({ rows: prices.map((price) => ({ price })), ids: ['a', 'b'] });
    expect(predictions).toMatchObject([
      { id: 'a', prediction: 'low', score: expect.closeTo(probabilities(0.1)[1] ?? NaN, 5) as number },
      { id: 'b', prediction: 'high', score: expect.closeTo(probabilities(0.9)[0] ?? NaN, 5) as number },
    ]);
    const told = predictions.map((one) => (one as { probabilities?: Record<string, number> }).probabilities ?? {});
    expect(told.map(Object.keys)).toEqual([classes, classes]);
    expect(told.flatMap(Object.values)).toEqual(near(both));
    await until(async () =>
      expect((await over.bed.logged()).map(({ id, prediction, score }) => [id, prediction, score])).toEqual(
        predictions.map(({ id, prediction, score }) => [id, prediction, score]),
      ),
    );
    expect(await over.client.feedback({ id: 'a', label: 'mid' })).toMatchObject({ status: 202, accepted: 1 });
    expect(await over.client.feedback({ id: 'b', label: 'medium' })).toMatchObject({ status: 422 });
  });

  it('speaks of a column for each class over gRPC, typed and raw', async () => {
    over = await InferenceBed.serve(threeClassesModel());
    const described = await over.grpc.call('ModelMetadata', { name: 'electricity', version: '' });
    expect(described.answer).toMatchObject({
      outputs: [{}, {}, {}, { name: 'probabilities', datatype: 'FP64', shape: [-1, 3] }],
    });
    const price = { name: 'price', datatype: 'FP32', shape: [2, 1] };
    const typed = await over.grpc.call('ModelInfer', {
      model_name: 'electricity',
      inputs: [{ ...price, contents: { fp32_contents: prices } }],
      outputs: [{ name: 'probabilities' }],
    });
    expect(typed.answer).toMatchObject({
      outputs: [
        {
          shape: [2, 3],
          parameters: { classes: { string_param: JSON.stringify(classes) } },
          contents: { fp64_contents: near(both) },
        },
      ],
    });
    const raw = await over.grpc.call('ModelInfer', {
      model_name: 'electricity',
      inputs: [price],
      raw_input_contents: [Buffer.from(Float32Array.from(prices).buffer)],
    });
    const { raw_output_contents: parts } = raw.answer as { raw_output_contents: Buffer[] };
    const bytes = parts[3] ?? Buffer.alloc(0);
    expect(Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i))).toEqual(near(both));
  });

  it('gives the probabilities of the version that answered', async () => {
    over = await InferenceBed.serve(threeClassesModel(), threeClassesModel({ rotated: true }));
    const { outputs, headers } = await over.infer({ inputs: [{ name: 'price', datatype: 'FP64', shape: [1], data: [0.1] }] });
    expect(headers.get('x-pawl-version')).toBe('2');
    const [high = NaN, low = NaN, mid = NaN] = probabilities(0.1);
    // Each class one further: what the champion calls low the challenger calls high, and so on.
    expect(outputs['probabilities']).toEqual(near([mid, high, low]));
    expect(outputs['prediction']).toEqual(['mid']);
  });

  it('has no such output of a model with two classes', async () => {
    over = await InferenceBed.serve(smallModel());
    const inputs = [
      { name: 'price', datatype: 'FP64', shape: [1], data: [0.1] },
      { name: 'region', datatype: 'BYTES', shape: [1], data: ['NSW'] },
    ];
    expect(Object.keys((await over.infer({ inputs })).outputs)).toEqual(['prediction', 'score', 'prediction_id']);
    const { status, json } = await over.infer({ inputs, outputs: [{ name: 'probabilities' }] });
    expect(status).toBe(422);
    expect(JSON.stringify(json)).toContain('There is no output probabilities: the model has no more than two classes.');
  });
});
