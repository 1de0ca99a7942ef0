import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { binaryFloats, binaryText, InferenceBed } from '../../../test/serving/inference-bed.ts';
import { numbersModel } from '../../../test/serving/numbers-model.ts';
import { smallModel } from '../../../test/serving/small-model.ts';

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
let over: InferenceBed;
afterEach(() => over.close());

const price = (...data: unknown[]) => ({ name: 'price', shape: [data.length, 1], datatype: 'FP32', data });
const region = (...data: unknown[]) => ({ name: 'region', shape: [data.length], datatype: 'BYTES', data });
const high = [price(0.95), region('NSW')];

describe('the Open Inference Protocol over REST', () => {
  beforeEach(async () => {
    over = await InferenceBed.serve(smallModel());
  });

  it('says what the server and the model are', async () => {
    expect(await over.get('/v2')).toMatchObject({ status: 200, json: { name: 'pawl', extensions: ['binary_tensor_data'] } });
    expect(await over.get('/v2/health/live')).toEqual({ status: 200, json: { live: true } });
    expect(await over.get('/v2/health/ready')).toEqual({ status: 200, json: { ready: true } });
    const described = {
      name: 'electricity',
      versions: [String(over.version)],
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
    for (const path of ['/v2/models/electricity', `/v2/models/electricity/versions/${over.version}`]) {
      expect(await over.get(path)).toEqual({ status: 200, json: described });
      expect(await over.get(`${path}/ready`)).toEqual({ status: 200, json: { name: 'electricity', ready: true } });
    }
  });

  it.each(['/v2/models/other', '/v2/models/electricity/versions/99', '/v2/models/electricity/versions/v1/ready', '/v2/nothing'])(
    'answers 404 to %s, with text under `error`',
    async (path) => {
      const { status, json } = await over.get(path);
      expect(status).toBe(404);
      expect(json).toMatchObject({ error: expect.stringMatching(/^PAWL_\w+_NOT_(FOUND|SERVED): /) as string, problems: [] });
    },
  );

  it('answers one row under the id of the request, and several with their places', async () => {
    const one = await over.infer({ id: 'mine', inputs: high });
    expect(one).toMatchObject({
      status: 200,
      json: { model_name: 'electricity', model_version: String(over.version), id: 'mine' },
    });
    expect(one.headers.get('x-pawl-version')).toBe(String(over.version));
    expect(one.outputs).toMatchObject({ prediction: ['1'], prediction_id: ['mine'] });
    const three = await over.infer({ id: 'many', inputs: [price(0.95, 0.05, null), region('NSW', 'VIC', '')] });
    expect(three.outputs).toMatchObject({ prediction_id: ['many/0', 'many/1', 'many/2'] });
    expect(three.outputs['prediction']?.slice(0, 2)).toEqual(['1', '0']);
    const unnamed = await over.infer({ inputs: high });
    expect(unnamed.outputs['prediction_id']).toEqual([unnamed.json['id']]);
  });

  it('answers as predict does, and logs the same row', async () => {
    const row = { price: 0.25, region: 'VIC' };
    const plain = await over.client.predict({ row, id: 'plain' }, { key: 'customer' });
    const tensors = await over.infer(
      { id: 'tensors', inputs: [price(0.25), region('VIC')], outputs: [{ name: 'score' }], parameters: { key: 'customer' } },
      { 'x-pawl-key': 'another' },
    );
    expect(tensors.outputs).toEqual({ score: [plain.predictions[0]?.score] });
    await until(async () => expect(await over.bed.logged()).toHaveLength(2));
    const [first, second] = (await over.bed.logged()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
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
    const response = await fetch(`${over.client.address}/v2/models/electricity/infer`, {
      method: 'POST',
      body: Buffer.concat([json, binaryText('NSW'), binaryText('VIC'), binaryFloats(0.95, 0.05)]),
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
    expect(body.subarray(length, length + 10)).toEqual(Buffer.concat([binaryText('1'), binaryText('0')]));
    expect(body.readDoubleLE(length + 10)).toBeGreaterThan(0.5);
  });

  it('refuses what does not fit, with the column, and logs nothing of it', async () => {
    const refused = async (inputs: unknown, status: number, code: string, subject?: string) => {
      const { status: given, json } = await over.infer({ inputs });
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
    expect((await over.infer(null)).status).toBe(422);
    const broken = await fetch(`${over.client.address}/v2/models/electricity/infer`, { method: 'POST', body: '{' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'PAWL_REQUEST_MALFORMED' }]);
    expect((await fetch(`${over.client.address}/v2/models/electricity/infer`)).headers.get('allow')).toBe('POST');
    await over.infer({ id: 'good', inputs: high });
    await until(async () => expect((await over.bed.logged()).map(({ id }) => id)).toEqual(['good']));
    expect(await over.client.metrics()).toContain('pawl_caller_faults_total{code="PAWL_ROW_INVALID"} 1');
  });

  it('answers for a version by its number where the traffic would have it answer too, and else only to those allowed', async () => {
    expect(await over.infer({ inputs: high }, {}, `/v2/models/electricity/versions/${over.version}/infer`)).toMatchObject({
      status: 200,
    });
    const other = await over.infer({ inputs: high }, {}, `/v2/models/electricity/versions/${over.version + 1}/infer`);
    expect(other).toMatchObject({ status: 403, json: { code: 'PAWL_VERSION_NOT_ALLOWED' } });
  });
});

describe('the Open Inference Protocol for a model of numbers', () => {
  it('takes one tensor of all columns as it takes one for each', async () => {
    over = await InferenceBed.serve(numbersModel(['a', 'b', 'c']));
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
    expect((await over.infer({ inputs: [whole] })).outputs).toMatchObject({ prediction: [6, 10], score: [6, 10] });
    expect((await over.infer({ inputs: each })).outputs).toMatchObject({ prediction: [6, 10] });
  });
});

describe('the Open Inference Protocol over REST with a challenger', () => {
  it('says who answered in the place of one that failed', async () => {
    over = await InferenceBed.serve(smallModel(), smallModel({ failsAbove: 0.9 }));
    const answered = await over.infer({ inputs: high });
    expect(answered.json).toMatchObject({ model_version: String(over.version), parameters: { fallback: 'champion' } });
    expect(answered.headers.get('x-pawl-fallback')).toBe('champion');
    expect((await over.infer({ inputs: high }, { 'x-pawl-experiment': 'off' })).json).not.toHaveProperty('parameters');
  });
});
