import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FinalError } from '../../errors.ts';
import { parseRestRequest } from './rest-request.ts';

const price = { name: 'price', shape: [2], datatype: 'FP32', data: [1, 2] };
const asked = { model: 'electricity', version: null };
const parse = (body: unknown, binary: Buffer | null = null, length?: string) => {
  const json = Buffer.from(JSON.stringify(body));
  const header = length ?? (binary === null ? null : String(json.length));
  return parseRestRequest(Buffer.concat([json, binary ?? Buffer.alloc(0)]), header, asked);
};
function refusalOf(...given: Parameters<typeof parse>): FinalError {
  try {
    parse(...given);
  } catch (error) {
    if (error instanceof FinalError) return error;
    throw error;
  }
  throw new Error('it was taken');
}
const subjects = (...given: Parameters<typeof parse>) => refusalOf(...given).problems.map((problem) => problem.subject);
const floats = (...elements: number[]) => Buffer.from(Float32Array.from(elements).buffer);

describe('the body of an infer request', () => {
  it('has id, key, segment, inputs and outputs', () => {
    const request = parse({
      id: 'mine',
      parameters: { key: 'customer', segment: 'beta', priority: 3 },
      inputs: [price],
      outputs: [{ name: 'score' }],
    });
    expect(request).toMatchObject({ id: 'mine', key: 'customer', segment: 'beta', outputs: ['score'] });
    expect(request.inputs).toEqual([{ name: 'price', datatype: 'FP32', rows: 2, width: 1, elements: [1, 2] }]);
  });

  it('asks for all outputs where it names none, and for its own id where it is empty', () => {
    expect(parse({ inputs: [price], id: '', outputs: [] })).toMatchObject({ id: null, outputs: null });
  });

  it('may have its data row by row', () => {
    expect(
      parse({
        inputs: [
          {
            ...price,
            shape: [2, 2],
            data: [
              [1, 2],
              [3, 4],
            ],
          },
        ],
      }).inputs[0]?.elements,
    ).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['lists of another length', [[1, 2, 3], [4]]],
    [
      'lists within lists',
      [
        [[1], 2],
        [3, 4],
      ],
    ],
    ['lists among elements', [1, [2], 3, 4]],
    ['nothing', undefined],
    ['text', 'abcd'],
  ])('may not have %s for data', (_, data) => {
    expect(subjects({ inputs: [{ ...price, shape: [2, 2], data }] })).toEqual(['price']);
  });

  it('may have data in binary behind the JSON, in the order of the inputs', () => {
    const input = (name: string) => ({ name, shape: [1], datatype: 'FP32', parameters: { binary_data_size: 4 } });
    const request = parse({ inputs: [input('a'), { ...price, name: 'b' }, input('c')] }, floats(1, 2));
    expect(request.inputs.map(({ elements }) => elements)).toEqual([[1], [1, 2], [2]]);
  });

  it('refuses binary data that is too short, left over, or there twice', () => {
    const input = { name: 'a', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } };
    expect(subjects({ inputs: [input] }, floats(1))).toEqual(['a']);
    expect(subjects({ inputs: [input] }, floats(1, 2, 3))).toEqual(['inputs']);
    expect(subjects({ inputs: [{ ...input, data: [1, 2] }] }, floats(1, 2))).toEqual(['a']);
    expect(subjects({ inputs: [{ ...input, parameters: { binary_data_size: -1 } }] }, floats(1, 2))).toEqual(['a']);
    expect(subjects({ inputs: [{ ...input, parameters: { binary_data_size: '8' } }] }, floats(1, 2))).toEqual(['a']);
  });

  it.each(['x', '-1', '1e3', '99999', ''])('refuses %j as the length of its JSON', (length) => {
    expect(refusalOf({ inputs: [price] }, null, length).code).toBe('PAWL_REQUEST_MALFORMED');
  });

  it('says for each output whether it is to come in binary', () => {
    const { binary } = parse({
      parameters: { binary_data_output: true },
      inputs: [price],
      outputs: [{ name: 'score', parameters: { binary_data: false } }, { name: 'prediction' }],
    });
    expect([binary('score'), binary('prediction')]).toEqual([false, true]);
    expect(parse({ inputs: [price] }).binary('score')).toBe(false);
    expect(subjects({ inputs: [price], parameters: { binary_data_output: 1 } })).toEqual(['binary_data_output']);
  });

  it('refuses what it does not know, and all of it at once', () => {
    expect(
      subjects({
        inputs: [{ ...price, strides: 1 }, 3],
        outputs: [{ name: 'logits' }, { name: 'score' }, { name: 'score' }],
        rows: [],
      }),
    ).toEqual(['rows', 'strides', 'inputs', 'inputs', 'outputs', 'outputs']);
  });

  it('is read no further where it has more mistakes than anybody reads', () => {
    expect(subjects({ inputs: new Array(10_000).fill(3), outputs: new Array(10_000).fill(3) })).toHaveLength(100);
  });

  it('refuses parameters that would give the request another meaning', () => {
    expect(subjects({ inputs: [{ ...price, parameters: { shared_memory_region: 'r' } }] })).toEqual(['shared_memory_region']);
    expect(subjects({ inputs: [price], outputs: [{ name: 'score', parameters: { classification: 2 } }] })).toEqual([
      'classification',
    ]);
  });

  it('may repeat the model of the path, and no other', () => {
    expect(parse({ model_name: 'electricity', inputs: [price] }).inputs).toHaveLength(1);
    expect(subjects({ model_name: 'other', model_version: '3', inputs: [price] })).toEqual(['model_name', 'model_version']);
  });

  it('is taken or refused with problems, whatever JSON it is, and never fails otherwise', () => {
    const input = fc.record(
      { name: fc.jsonValue(), shape: fc.jsonValue(), datatype: fc.constantFrom('FP32', 'BYTES', null), data: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const body = fc.oneof(fc.jsonValue(), fc.record({ inputs: fc.array(fc.oneof(input, fc.jsonValue())), id: fc.jsonValue() }));
    fc.assert(
      fc.property(body, fc.uint8Array(), (json, bytes) => {
        try {
          parse(json, Buffer.from(bytes));
        } catch (error) {
          if (!(error instanceof FinalError)) throw error;
          if (error.code === 'PAWL_REQUEST_INVALID') expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
