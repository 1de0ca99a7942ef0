import { describe, expect, it } from 'vitest';
import { weightFiles, withWeights } from './external-weights.ts';
import { ForeignModelProto } from './foreign-schema.ts';
import { columnValue } from './graph.ts';
import { OnnxModel } from './model.ts';
import { adoptGraph } from './adopt.ts';
import type { ModelSignature } from './signature.ts';

const signature: ModelSignature = {
  format: 1,
  task: 'regression',
  features: [{ name: 'a', type: 'number' }],
  classes: null,
  threshold: null,
};

const tensor = (name: string, location: string, offset: number, length?: number) => ({
  name,
  dims: [1, 1],
  data_type: 1,
  data_location: 1,
  external_data: [
    { key: 'location', value: location },
    { key: 'offset', value: String(offset) },
    ...(length === undefined ? [] : [{ key: 'length', value: String(length) }]),
  ],
});

/** score = a * w * v */
function model(...initializer: object[]): Uint8Array {
  return ForeignModelProto.encode(
    ForeignModelProto.fromObject({
      ir_version: 8,
      opset_import: [{ domain: '', version: 18 }],
      graph: {
        node: [
          { op_type: 'Mul', input: ['a', 'w'], output: ['b'] },
          { op_type: 'Mul', input: ['b', 'v'], output: ['score'] },
        ],
        initializer,
        input: [columnValue('a', 1)],
        output: [columnValue('score', 1)],
      },
    }),
  ).finish();
}

const weights = Buffer.from(Float32Array.of(2, 0.25).buffer);

describe('a model whose weights lie in files beside it', () => {
  it('is one file with them, and scores as it should', async () => {
    const outside = model(tensor('w', 'a.data', 0, 4), tensor('v', 'a.data', 4));
    expect(weightFiles(outside)).toEqual(['a.data']);
    const whole = withWeights(outside, new Map([['a.data', weights]]));
    expect(weightFiles(whole)).toEqual([]);
    const served = await OnnxModel.open(adoptGraph(whole, signature));
    expect([...(await served.run({ a: Float32Array.of(1, 4) }, 2))]).toEqual([0.5, 2]);
    await served.release();
  });

  it('is refused where a file is cut short', () => {
    const outside = model(tensor('w', 'a.data', 0, 4), tensor('v', 'a.data', 4, 4));
    expect(() => withWeights(outside, new Map([['a.data', weights.subarray(0, 6)]]))).toThrow(
      expect.objectContaining({
        code: 'PAWL_IMPORT_REFUSED',
        problems: [expect.objectContaining({ message: 'its tensor v is not whole in a.data (bytes 4 to 8 of 6)' })],
      }) as Error,
    );
  });

  it('names no file that is not beside it', () => {
    for (const location of ['../secret', '/etc/passwd', 'sub/folder', '..', ''])
      expect(weightFiles(model(tensor('w', location, 0, 4)))).toEqual([]);
  });
});
