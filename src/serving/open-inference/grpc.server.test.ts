import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { binaryFloats, binaryText, InferenceBed } from '../../../test/serving/inference-bed.ts';
import { smallModel } from '../../../test/serving/small-model.ts';

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
let over: InferenceBed;
afterEach(() => over.close());

const fields: Record<string, string> = { FP32: 'fp32_contents', BYTES: 'bytes_contents', BOOL: 'bool_contents' };
const tensor = (name: string, datatype: string, elements: readonly unknown[]) => ({
  name,
  datatype,
  shape: [elements.length, 1],
  contents: { [fields[datatype] ?? '']: datatype === 'BYTES' ? elements.map((one) => Buffer.from(String(one))) : elements },
});

describe('the Open Inference Protocol over gRPC', () => {
  const request = (more: object = {}) => ({
    model_name: 'electricity',
    inputs: [tensor('price', 'FP32', [0.95, NaN]), tensor('region', 'BYTES', ['NSW', ''])],
    ...more,
  });
  beforeEach(async () => {
    over = await InferenceBed.serve(smallModel());
  });

  it('says what the server and the model are', async () => {
    expect((await over.grpc.call('ServerLive', {})).answer).toEqual({ live: true });
    expect((await over.grpc.call('ServerReady', {})).answer).toEqual({ ready: true });
    expect((await over.grpc.call('ServerMetadata', {})).answer).toMatchObject({ name: 'pawl' });
    expect((await over.grpc.call('ModelReady', { name: 'electricity' })).answer).toEqual({ ready: true });
    expect((await over.grpc.call('ModelMetadata', { name: 'electricity', version: String(over.version) })).answer).toMatchObject({
      inputs: [{ name: 'price', datatype: 'FP32', shape: [-1, 1] }, { name: 'region' }],
    });
  });

  it('answers in the form that it was asked in, typed or raw', async () => {
    const typed = await over.grpc.call('ModelInfer', request({ id: 'typed' }));
    expect(typed).toMatchObject({
      code: 0,
      answer: {
        model_name: 'electricity',
        model_version: String(over.version),
        id: 'typed',
        raw_output_contents: [],
        outputs: [
          { name: 'prediction', datatype: 'BYTES', shape: [2, 1] },
          { name: 'score', contents: { fp64_contents: [expect.closeTo(0.99, 1) as number, expect.closeTo(0.5, 5) as number] } },
          { contents: { bytes_contents: [Buffer.from('typed/0'), Buffer.from('typed/1')] } },
        ],
      },
    });
    const bare = (name: string, datatype: string) => ({ name, datatype, shape: [2] });
    const raw = await over.grpc.call('ModelInfer', {
      model_name: 'electricity',
      inputs: [bare('price', 'FP32'), bare('region', 'BYTES')],
      outputs: [{ name: 'prediction' }],
      raw_input_contents: [binaryFloats(0.95, NaN), Buffer.concat([binaryText('NSW'), binaryText('')])],
    });
    expect(raw.answer).toMatchObject({
      outputs: [{ name: 'prediction', contents: null }],
      raw_output_contents: [expect.anything() as Buffer],
    });
  });

  it('takes key and segment from metadata, and logs the row', async () => {
    const inputs = [tensor('price', 'FP32', [0.5]), tensor('region', 'BYTES', [''])];
    await over.grpc.call('ModelInfer', request({ id: 'mine', inputs }), { metadata: { 'x-pawl-key': 'customer' } });
    await until(async () =>
      expect(await over.bed.logged()).toMatchObject([{ id: 'mine', key: 'customer', row: { price: 0.5, region: null } }]),
    );
  });

  it('refuses with the status, the code and the column, and logs nothing of it', async () => {
    const refused = async (message: object, code: number, pawlCode: string, details = '') => {
      const called = await over.grpc.call('ModelInfer', message);
      expect(called).toMatchObject({ code, pawlCode });
      expect(called.details).toContain(`${pawlCode}: `);
      expect(called.details).toContain(details);
    };
    await refused(request({ model_name: 'other' }), 5, 'PAWL_MODEL_NOT_FOUND');
    await refused(request({ model_version: 'v1' }), 5, 'PAWL_VERSION_NOT_SERVED');
    await refused(request({ model_version: '99' }), 7, 'PAWL_VERSION_NOT_ALLOWED');
    await refused(request({ inputs: [] }), 3, 'PAWL_REQUEST_INVALID');
    await refused(request({ inputs: [tensor('price', 'FP32', [1])] }), 3, 'PAWL_REQUEST_INVALID', 'Column region is missing');
    await refused(
      request({ inputs: [tensor('price', 'FP32', [Infinity, 1]), tensor('region', 'BYTES', ['', ''])] }),
      3,
      'PAWL_ROW_INVALID',
      'Row 1: Column price',
    );
    await refused(request({ raw_input_contents: [Buffer.from([1])] }), 3, 'PAWL_REQUEST_INVALID');
    await refused(request({ parameters: { key: { string_param: 'a\nb' } } }), 3, 'PAWL_REQUEST_INVALID', 'key');
    expect(await over.grpc.send('ModelInfer', Buffer.from([0x0a, 0xff, 0xff]))).toMatchObject({
      code: 3,
      pawlCode: 'PAWL_REQUEST_MALFORMED',
    });
    expect((await over.grpc.call('ModelInfer', request({ id: 'x'.repeat(200_000) }))).code).toBe(8);
    await over.grpc.call('ModelInfer', request({ id: 'good' }));
    await until(async () => expect((await over.bed.logged()).map(({ id }) => id)).toEqual(['good/0', 'good/1']));
  });

  it('gives up on a call whose deadline has passed, and answers the next', async () => {
    expect((await over.grpc.call('ServerLive', {}, { deadlineMs: -1 })).code).toBe(4);
    expect((await over.grpc.call('ServerLive', {})).code).toBe(0);
  });

  it('answers what is under way when it closes', async () => {
    const under = Array.from({ length: 20 }, (_, i) => over.grpc.call('ModelInfer', request({ id: `id-${i}` })));
    await under[0];
    await over.client.gateway?.close();
    expect(new Set((await Promise.all(under)).map(({ code }) => code))).toEqual(new Set([0]));
    expect((await over.grpc.call('ServerLive', {}, { deadlineMs: 500 })).code).not.toBe(0);
  });
});

describe('the Open Inference Protocol over gRPC with a challenger', () => {
  it('says who answered in the place of one that failed', async () => {
    over = await InferenceBed.serve(smallModel(), smallModel({ failsAbove: 0.9 }));
    const message = { model_name: 'electricity', inputs: [tensor('price', 'FP32', [0.95]), tensor('region', 'BYTES', ['NSW'])] };
    expect((await over.grpc.call('ModelInfer', message)).answer).toMatchObject({
      model_version: String(over.version),
      parameters: { fallback: { string_param: 'champion' } },
    });
    const optedOut = await over.grpc.call('ModelInfer', message, { metadata: { 'x-pawl-experiment': 'off' } });
    expect(optedOut.answer?.['parameters']).toEqual({});
  });
});
