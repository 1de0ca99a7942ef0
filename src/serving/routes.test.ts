import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { jsonAnswer, type HttpRequest } from './http-answer.ts';
import { Router } from './routes.ts';

const faults: string[] = [];
let told: { failures?: number }[];
let router: Router;

beforeEach(() => {
  faults.length = 0;
  told = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void told.push(JSON.parse(line) as object) });
  router = new Router({
    routes: [
      { methods: ['POST'], path: '/v1/models/{model}/predict', handle: (_, model) => jsonAnswer(200, { model }) },
      {
        methods: ['POST'],
        path: '/v1/models/{model}/feedback',
        handle: () => {
          throw new FinalError('PAWL_REQUEST_INVALID', 'no');
        },
      },
      { methods: ['GET', 'HEAD'], path: '/healthz', handle: () => Promise.reject(new Error('password=hunter2')) },
    ],
    protocols: [
      {
        match: (path) => path.startsWith('/v2'),
        handle: ({ path }) => Promise.resolve(jsonAnswer(200, { path })),
        refuse: () => jsonAnswer(400, {}),
      },
    ],
    callerFault: (model) => void faults.push(model),
    metrics: createGatewayMetrics(),
    logger,
  });
});

const ask = async (method: string, path: string) => {
  const request: HttpRequest = { method, path, header: () => null, body: Buffer.alloc(0), arrivedAt: 0 };
  const { status, body, headers } = await router.answer(request);
  return { status, headers, ...(JSON.parse(String(body)) as { model?: string; path?: string; error?: { code: string } }) };
};

describe('the router', () => {
  it("reads the model's name from the path, decoded", async () => {
    expect(await ask('POST', '/v1/models/my%2Dmodel/predict')).toMatchObject({ status: 200, model: 'my-model' });
    expect(await ask('POST', '/v1/models/%zz/predict')).toMatchObject({ model: '%zz' });
  });

  it.each(['/', '/v1/models/a/b/predict', '/v1/models//predict', '/v1/models/predict', '/constructor', '/v1/models/a/predict/'])(
    'knows no route %s',
    async (path) => {
      expect(await ask('POST', path)).toMatchObject({ status: 404, error: { code: 'PAWL_ROUTE_NOT_FOUND' } });
    },
  );

  it('says which methods a route takes', async () => {
    expect(await ask('GET', '/v1/models/m/predict')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(await ask('POST', '/healthz')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it("counts a request that is refused with its model, as the caller's fault", async () => {
    expect(await ask('POST', '/v1/models/m/feedback')).toMatchObject({ status: 422 });
    expect(faults).toEqual(['m']);
  });

  it('leaves the paths of another protocol to it', async () => {
    expect(await ask('GET', '/v2/health/live')).toMatchObject({ path: '/v2/health/live' });
  });

  it('says nothing of an unforeseen fault but that it happened, and tells the log once a second how often', async () => {
    for (let i = 0; i < 5; i++) {
      const answer = await ask('GET', '/healthz');
      expect(answer).toMatchObject({ status: 500, error: { code: 'PAWL_INTERNAL' } });
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    }
    expect(told).toMatchObject([{ failures: 1 }]);
  });
});
