import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../../test/serving/gateway-bed.ts';
import { InferenceClient } from '../../../test/serving/inference-client.ts';
import { numbersModel } from '../../../test/serving/numbers-model.ts';
import { smallModel } from '../../../test/serving/small-model.ts';
import { createDatabase } from '../../../test/stack/postgres.ts';

let bed: GatewayBed;
let client: GatewayClient;
let grpc: InferenceClient;
let v1: number;
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** The gateway serves this artifact as the champion. */
async function serve(artifact: Uint8Array, traffic: object = {}): Promise<void> {
  v1 = await bed.register(artifact);
  const revision = await bed.setTraffic({ champion: v1, ...traffic });
  client = await bed.startGateway({ grpcPort: 0, bodyLimit: 100_000 });
  await until(async () => expect(await client.inForce(revision, v1)).toBe(true));
  grpc = new InferenceClient(client.gateway?.grpcPort ?? 0);
}

beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
});
afterEach(async () => {
  grpc.close();
  await bed.close();
});

const text = (written: string) => {
  const bytes = Buffer.from(written);
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
};
const floats = (...elements: number[]) => Buffer.from(Float32Array.from(elements).buffer);
const price = (...data: unknown[]) => ({ name: 'price', shape: [data.length, 1], datatype: 'FP32', data });
const region = (...data: unknown[]) => ({ name: 'region', shape: [data.length], datatype: 'BYTES', data });
const high = [price(0.95), region('NSW')];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
  readonly outputs: Readonly<Record<string, readonly unknown[] | undefined>>;
}

async function get(path: string): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${client.address}${path}`);
  return { status: response.status, json: await response.json() };
}

async function infer(
  body: unknown,
  headers: Record<string, string> = {},
  path = '/v2/models/electricity/infer',
): Promise<Answer> {
  const response = await fetch(`${client.address}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
  const json = (await response.json()) as Record<string, unknown>;
  const outputs = (json['outputs'] ?? []) as { name: string; data: unknown[] }[];
  return {
    status: response.status,
    headers: response.headers,
    json,
    outputs: Object.fromEntries(outputs.map(({ name, data }) => [name, data])),
  };
}

describe('the Open Inference Protocol over REST', () => {
  beforeEach(() => serve(smallModel()));

  it('says what the server and the model are', async () => {
    expect(await get('/v2')).toMatchObject({ status: 200, json: { name: 'pawl', extensions: ['binary_tensor_data'] } });
    expect(await get('/v2/health/live')).toEqual({ status: 200, json: { live: true } });
    expect(await get('/v2/health/ready')).toEqual({ status: 200, json: { ready: true } });
    const described = {
      name: 'electricity',
      versions: [String(v1)],
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'price', datatype: 'FP32', shape: [-1, 1] },
        { name: 'region', datatype: 'BYTES', shape: [-1, 1] },
      ],
      outputs: [
        { name: 'prediction', datatype: 'BYTES', shape: [-1, 1] },
        { name: 'score', datatype: 'FP64', shape: [-1, 1] },
        { name: 'prediction_id', datatype: 'BYTES', shape: [-1, 1] },
      ],
    };
    for (const path of ['/v2/models/electricity', `/v2/models/electricity/versions/${v1}`]) {
      expect(await get(path)).toEqual({ status: 200, json: described });
      expect(await get(`${path}/ready`)).toEqual({ status: 200, json: { name: 'electricity', ready: true } });
    }
  });

  it.each(['/v2/models/other', '/v2/models/electricity/versions/99', '/v2/models/electricity/versions/v1/ready', '/v2/nothing'])(
    'answers 404 to %s, with text under `error`',
    async (path) => {
      const { status, json } = await get(path);
      expect(status).toBe(404);
      expect(json).toMatchObject({ error: expect.stringMatching(/^PAWL_\w+_NOT_(FOUND|SERVED): /) as string, problems: [] });
    },
  );

  it('answers one row under the id of the request, and several with their places', async () => {
    const one = await infer({ id: 'mine', inputs: high });
    expect(one).toMatchObject({ status: 200, json: { model_name: 'electricity', model_version: String(v1), id: 'mine' } });
    expect(one.headers.get('x-pawl-version')).toBe(String(v1));
    expect(one.outputs).toMatchObject({ prediction: ['1'], prediction_id: ['mine'] });
    const three = await infer({ id: 'many', inputs: [price(0.95, 0.05, null), region('NSW', 'VIC', '')] });
    expect(three.outputs).toMatchObject({ prediction_id: ['many/0', 'many/1', 'many/2'] });
    expect(three.outputs['prediction']?.slice(0, 2)).toEqual(['1', '0']);
    const unnamed = await infer({ inputs: high });
    expect(unnamed.outputs['prediction_id']).toEqual([unnamed.json['id']]);
  });

  it('answers as predict does, and logs the same row', async () => {
    const row = { price: 0.25, region: 'VIC' };
    const plain = await client.predict({ row, id: 'plain' }, { key: 'customer' });
    const tensors = await infer(
      { id: 'tensors', inputs: [price(0.25), region('VIC')], outputs: [{ name: 'score' }], parameters: { key: 'customer' } },
      { 'x-pawl-key': 'another' },
    );
    expect(tensors.outputs).toEqual({ score: [plain.predictions[0]?.score] });
    await until(async () => expect(await bed.logged()).toHaveLength(2));
    const [first, second] = (await bed.logged()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(second).toEqual({ ...first, id: 'tensors', at: second?.at });
  });

  it("takes and gives binary data, as Triton's clients send it", async () => {
    const json = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'region', shape: [2, 1], datatype: 'BYTES', parameters: { binary_data_size: 14 } },
          { name: 'price', shape: [2, 1], datatype: 'FP32', parameters: { binary_data_size: 8 } },
        ],
        parameters: { binary_data_output: true },
      }),
    );
    const response = await fetch(`${client.address}/v2/models/electricity/infer`, {
      method: 'POST',
      body: Buffer.concat([json, text('NSW'), text('VIC'), floats(0.95, 0.05)]),
      headers: { 'inference-header-content-length': String(json.length) },
    });
    expect(response.status).toBe(200);
    const body = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(body.subarray(0, length).toString()) as { outputs: object[] };
    expect(outputs).toMatchObject([
      { name: 'prediction', parameters: { binary_data_size: 10 } },
      { name: 'score', parameters: { binary_data_size: 16 } },
      { name: 'prediction_id' },
    ]);
    expect(body.subarray(length, length + 10)).toEqual(Buffer.concat([text('1'), text('0')]));
    expect(body.readDoubleLE(length + 10)).toBeGreaterThan(0.5);
  });

  it('refuses what does not fit, with the column, and logs nothing of it', async () => {
    const refused = async (inputs: unknown, status: number, code: string, subject?: string) => {
      const { status: given, json } = await infer({ inputs });
      expect({ given, ...json }).toMatchObject({
        given: status,
        code,
        error: expect.stringContaining(code) as string,
        problems: subject === undefined ? [] : [{ subject }],
      });
    };
    await refused([price(0.95)], 422, 'PAWL_REQUEST_INVALID', 'region');
    await refused([price(1e39), region('NSW')], 422, 'PAWL_ROW_INVALID', 'price');
    await refused([{ ...price(0.5), shape: [2] }, region('NSW')], 422, 'PAWL_REQUEST_INVALID', 'price');
    await refused([{ ...price('0.5'), datatype: 'BYTES' }, region('NSW')], 422, 'PAWL_REQUEST_INVALID', 'price');
    await refused([{ ...price(0.5), datatype: 'FP8' }, region('NSW')], 422, 'PAWL_REQUEST_INVALID', 'price');
    await refused([{ ...price(), shape: [1e6] }, region('NSW')], 413, 'PAWL_REQUEST_TOO_LARGE');
    await refused([price('x'.repeat(200_000))], 413, 'PAWL_REQUEST_TOO_LARGE');
    expect((await infer(null)).status).toBe(422);
    const broken = await fetch(`${client.address}/v2/models/electricity/infer`, { method: 'POST', body: '{' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'PAWL_REQUEST_MALFORMED' }]);
    expect((await fetch(`${client.address}/v2/models/electricity/infer`)).headers.get('allow')).toBe('POST');
    await infer({ id: 'good', inputs: high });
    await until(async () => expect((await bed.logged()).map(({ id }) => id)).toEqual(['good']));
    expect(await client.metrics()).toContain('pawl_caller_faults_total{code="PAWL_ROW_INVALID"} 1');
  });

  it('answers for a version by its number where the traffic would have it answer too, and else only to those allowed', async () => {
    expect(await infer({ inputs: high }, {}, `/v2/models/electricity/versions/${v1}/infer`)).toMatchObject({ status: 200 });
    const other = await infer({ inputs: high }, {}, `/v2/models/electricity/versions/${v1 + 1}/infer`);
    expect(other).toMatchObject({ status: 403, json: { code: 'PAWL_VERSION_NOT_ALLOWED' } });
  });
});

describe('the Open Inference Protocol for a model of numbers', () => {
  beforeEach(() => serve(numbersModel(['a', 'b', 'c'])));

  it('takes one tensor of all columns as it takes one for each', async () => {
    const whole = {
      name: 'input',
      shape: [2, 3],
      datatype: 'FP64',
      data: [
        [1, 2, 3],
        [4, null, 6],
      ],
    };
    const each = ['a', 'b', 'c'].map((name, i) => ({
      name,
      shape: [2],
      datatype: 'INT32',
      data: [1 + i, i === 1 ? null : 4 + i],
    }));
    expect((await infer({ inputs: [whole] })).outputs).toMatchObject({ prediction: [6, 10], score: [6, 10] });
    expect((await infer({ inputs: each })).outputs).toMatchObject({ prediction: [6, 10] });
  });
});

describe('the Open Inference Protocol with a challenger', () => {
  it('says who answered in the place of a challenger that failed', async () => {
    const broken = await bed.register(smallModel({ failsAbove: 0.9 }));
    await serve(smallModel(), { challenger: broken, share: 1 });
    await until(async () => expect((await client.described())?.shareInForce).toBe(1));
    const answered = await infer({ inputs: high });
    expect(answered.json).toMatchObject({ model_version: String(v1), parameters: { fallback: 'champion' } });
    expect(answered.headers.get('x-pawl-fallback')).toBe('champion');
    const message = { model_name: 'electricity', inputs: [tensor('price', 'FP32', [0.95]), tensor('region', 'BYTES', ['NSW'])] };
    expect((await grpc.call('ModelInfer', message)).answer).toMatchObject({
      model_version: String(v1),
      parameters: { fallback: { string_param: 'champion' } },
    });
    expect((await infer({ inputs: high }, { 'x-pawl-experiment': 'off' })).json).not.toHaveProperty('parameters');
  });
});

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
  beforeEach(() => serve(smallModel()));

  it('says what the server and the model are', async () => {
    expect((await grpc.call('ServerLive', {})).answer).toEqual({ live: true });
    expect((await grpc.call('ServerReady', {})).answer).toEqual({ ready: true });
    expect((await grpc.call('ServerMetadata', {})).answer).toMatchObject({ name: 'pawl' });
    expect((await grpc.call('ModelReady', { name: 'electricity' })).answer).toEqual({ ready: true });
    expect((await grpc.call('ModelMetadata', { name: 'electricity', version: String(v1) })).answer).toMatchObject({
      inputs: [{ name: 'price', datatype: 'FP32', shape: [-1, 1] }, { name: 'region' }],
    });
  });

  it('answers in the form that it was asked in, typed or raw', async () => {
    const typed = await grpc.call('ModelInfer', request({ id: 'typed' }));
    expect(typed).toMatchObject({
      code: 0,
      answer: {
        model_name: 'electricity',
        model_version: String(v1),
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
    const raw = await grpc.call('ModelInfer', {
      model_name: 'electricity',
      inputs: [bare('price', 'FP32'), bare('region', 'BYTES')],
      outputs: [{ name: 'prediction' }],
      raw_input_contents: [floats(0.95, NaN), Buffer.concat([text('NSW'), text('')])],
    });
    expect(raw.answer).toMatchObject({
      outputs: [{ name: 'prediction', contents: null }],
      raw_output_contents: [expect.anything() as Buffer],
    });
  });

  it('takes key and segment from metadata, and logs the row', async () => {
    const inputs = [tensor('price', 'FP32', [0.5]), tensor('region', 'BYTES', [''])];
    await grpc.call('ModelInfer', request({ id: 'mine', inputs }), { metadata: { 'x-pawl-key': 'customer' } });
    await until(async () =>
      expect(await bed.logged()).toMatchObject([{ id: 'mine', key: 'customer', row: { price: 0.5, region: null } }]),
    );
  });

  it('refuses with the status, the code and the column, and logs nothing of it', async () => {
    const refused = async (message: object, code: number, pawlCode: string, details = '') => {
      const called = await grpc.call('ModelInfer', message);
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
    expect(await grpc.send('ModelInfer', Buffer.from([0x0a, 0xff, 0xff]))).toMatchObject({
      code: 3,
      pawlCode: 'PAWL_REQUEST_MALFORMED',
    });
    expect((await grpc.call('ModelInfer', request({ id: 'x'.repeat(200_000) }))).code).toBe(8);
    await grpc.call('ModelInfer', request({ id: 'good' }));
    await until(async () => expect((await bed.logged()).map(({ id }) => id)).toEqual(['good/0', 'good/1']));
  });

  it('gives up on a call whose deadline has passed, and answers the next', async () => {
    expect((await grpc.call('ServerLive', {}, { deadlineMs: -1 })).code).toBe(4);
    expect((await grpc.call('ServerLive', {})).code).toBe(0);
  });

  it('answers what is under way when it closes', async () => {
    const under = Array.from({ length: 20 }, (_, i) => grpc.call('ModelInfer', request({ id: `id-${i}` })));
    await under[0];
    await client.gateway?.close();
    expect(new Set((await Promise.all(under)).map(({ code }) => code))).toEqual(new Set([0]));
    expect((await grpc.call('ServerLive', {}, { deadlineMs: 500 })).code).not.toBe(0);
  });
});
