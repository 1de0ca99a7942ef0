import { connect } from 'node:net';
import { Agent, request as httpRequest } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { jsonAnswer } from './http-answer.ts';
import { HttpServer, type GatewayHandlers } from './http-server.ts';

let server: HttpServer;
let base: string;
let port: number;
let predict: GatewayHandlers['predict'];
const faults: string[] = [];

beforeEach(async () => {
  predict = (model, body, key) => Promise.resolve(jsonAnswer(200, { model, body, key }));
  faults.length = 0;
  const handlers: GatewayHandlers = {
    predict: (...given) => predict(...given),
    feedback: () => Promise.resolve(jsonAnswer(202, {})),
    callerFault: (model) => void faults.push(model),
    models: () => jsonAnswer(200, { models: [] }),
    metrics: () => Promise.resolve(jsonAnswer(200, {})),
    healthy: () => jsonAnswer(200, {}),
    ready: () => jsonAnswer(200, {}),
  };
  const options = {
    metrics: createGatewayMetrics(),
    logger: pino({ level: 'silent' }),
    monotonic: () => performance.now(),
    bodyLimit: 1000,
  };
  server = new HttpServer({ handlers, ...options });
  ({ port } = await server.listen(0, '127.0.0.1'));
  base = `http://127.0.0.1:${port}`;
});
afterEach(() => server.close(100));

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, { method: 'POST', body, headers });
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: { code: string } }).error.code,
];

describe("the gateway's front", () => {
  it('hands model, body and key on', async () => {
    const response = await post('/v1/models/my%2Dmodel/predict', '{"row":{}}', { 'x-pawl-key': 'customer 7' });
    expect(await response.json()).toEqual({ model: 'my-model', body: { row: {} }, key: 'customer 7' });
  });

  it.each([
    ['broken JSON', '{"row":', 400, 'PAWL_REQUEST_MALFORMED'],
    ['an empty body', '', 400, 'PAWL_REQUEST_MALFORMED'],
    ['an oversized body', `"${'x'.repeat(2000)}"`, 413, 'PAWL_REQUEST_TOO_LARGE'],
  ])('refuses %s as the fault of the caller', async (_, body, status, code) => {
    expect(await codeOf(await post('/v1/models/m/predict', body))).toEqual([status, code]);
    expect(faults).toEqual(['m']);
  });

  it('refuses a body that is not UTF-8', async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    expect(await codeOf(await fetch(`${base}/v1/models/m/predict`, { method: 'POST', body }))).toEqual([
      400,
      'PAWL_REQUEST_MALFORMED',
    ]);
  });

  it('refuses a body that turns out oversized only while it comes in', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${base}/v1/models/m/predict`, { method: 'POST' }, (response) =>
        resolve(response.resume().statusCode),
      );
      request.on('error', reject);
      for (let i = 0; i < 20; i++) request.write('x'.repeat(100));
      request.end();
    });
    expect(status).toBe(413);
  });

  it('answers an unknown route with 404, and a known one by the wrong method with 405 and the methods it takes', async () => {
    expect(await codeOf(await fetch(`${base}/v2/models`))).toEqual([404, 'PAWL_ROUTE_NOT_FOUND']);
    expect(await codeOf(await fetch(`${base}/constructor`))).toEqual([404, 'PAWL_ROUTE_NOT_FOUND']);
    const response = await fetch(`${base}/v1/models/m/predict`);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await codeOf(response)).toEqual([405, 'PAWL_METHOD_NOT_ALLOWED']);
    expect((await post('/healthz', '')).headers.get('allow')).toBe('GET, HEAD');
  });

  it('says nothing of an unforeseen fault but that it happened, and lives on', async () => {
    predict = () => Promise.reject(new Error('password=hunter2'));
    const response = await post('/v1/models/m/predict', '{}');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('outlives a caller that hangs up in the middle of its body', async () => {
    const socket = connect(port, '127.0.0.1');
    const head = 'POST /v1/models/m/predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"row"';
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    await vi.waitFor(() => expect(faults).toEqual(['m']));
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('answers what is in flight when it closes, and takes nothing new', async () => {
    let answer: (() => void) | undefined;
    predict = () => new Promise((resolve) => (answer = () => resolve(jsonAnswer(200, {}))));
    const agent = new Agent({ keepAlive: true });
    const status = new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${base}/v1/models/m/predict`, { method: 'POST', agent }, (response) => {
        resolve(`${response.statusCode} ${response.headers.connection}`);
        response.resume();
      });
      request.on('error', reject);
      request.end('{}');
    });
    await vi.waitFor(() => expect(answer).toBeDefined());
    const closed = server.close(10_000);
    await expect(fetch(`${base}/healthz`)).rejects.toThrow('fetch failed');
    answer?.();
    expect(await status).toBe('200 close');
    await closed;
    agent.destroy();
  });
});
