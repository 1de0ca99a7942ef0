import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../../test/serving/gateway-bed.ts';
import { smallModel } from '../../../test/serving/small-model.ts';
import { createDatabase } from '../../../test/stack/postgres.ts';
import { catalogue } from '../../error-catalogue.ts';
import { packageFile } from '../../package-root.ts';
import { gatewayRoutes } from '../gateway-handlers.ts';
import { inferenceTemplates } from '../open-inference/inference-routes.ts';
import { openApiDocument } from './document.ts';

let bed: GatewayBed;
let client: GatewayClient;
let version: number;

beforeAll(async () => {
  bed = await GatewayBed.create(await createDatabase());
  version = await bed.register(smallModel());
  const revision = await bed.setTraffic({ champion: version });
  client = await bed.startGateway({ bodyLimit: 100_000 });
  await vi.waitUntil(() => client.inForce(revision, version), { timeout: 10_000 });
});
afterAll(() => bed.close());

type Json = Record<string, unknown>;
interface Operation {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> };
  readonly responses: Record<string, { readonly headers?: Json; readonly content: Record<string, { readonly schema: Json }> }>;
}
const paths = openApiDocument.paths as unknown as Record<string, Record<string, Operation>>;

// Strict here, open in the document: a reader of answers must live with fields that are added later, the document may not lag.
const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
ajv.addVocabulary(['components', 'paths']);
ajv.addSchema({ $id: 'openapi', components: closed(openApiDocument.components), paths: closed(paths) }, 'openapi');

/** Every object schema that lists its properties takes no others. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  const isObject = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  const refers = typeof copy['$ref'] === 'string' ? { $ref: `openapi${copy['$ref']}` } : {};
  return { ...copy, ...refers, ...(isObject ? { additionalProperties: false } : {}) };
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
function validator(...place: string[]): ValidateFunction {
  return ajv.compile({ $ref: `openapi#/${place.map(escaped).map(encodeURIComponent).join('/')}` });
}

interface Exchange {
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** The values in the path. */
  readonly model?: string;
  readonly version?: string;
}

/** Sends a request of a route in the document, and checks the answer against what the document says of it. */
async function exchange({ path, method, body, headers = {}, ...values }: Exchange): Promise<number> {
  const url = path.replace('{model}', values.model ?? bed.model).replace('{version}', values.version ?? String(version));
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${client.address}${url}`, { method, headers, ...(body === undefined ? {} : { body: sent }) });
  const { status } = response;
  const operation = paths[path]?.[method.toLowerCase()] ?? Object.values(paths[path] ?? {})[0];
  const documented = operation?.responses[status];
  expect(documented, `${method} ${path} answered ${status}`).toBeDefined();
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  expect(Object.keys(documented?.content ?? {})).toContain(type);
  const text = await response.text();
  if (type === 'application/json') {
    const verb =
      paths[path]?.[method.toLowerCase()] === undefined ? (Object.keys(paths[path] ?? {})[0] ?? '') : method.toLowerCase();
    const validate = validator('paths', path, verb, 'responses', String(status), 'content', type, 'schema');
    const valid = validate(JSON.parse(text));
    expect(validate.errors ?? [], `${method} ${path} ${status}: ${text.slice(0, 300)}`).toEqual([]);
    expect(valid).toBe(true);
  }
  for (const name of ['x-pawl-version', 'x-pawl-fallback', 'retry-after', 'allow', 'inference-header-content-length'])
    if (response.headers.has(name)) expect(Object.keys(documented?.headers ?? {})).toContain(name);
  return status;
}

/** Whether the document says that the route takes such a body. */
function takes(path: string, body: unknown): boolean {
  return validator('paths', path, 'post', 'requestBody', 'content', 'application/json', 'schema')(body);
}

const row = { price: 0.9, region: 'NSW' };
const inputs = [
  { name: 'price', shape: [1, 1], datatype: 'FP32', data: [0.9] },
  { name: 'region', shape: [1], datatype: 'BYTES', data: ['NSW'] },
];
const bodies: Record<string, { readonly good: unknown[]; readonly bad: unknown[] }> = {
  predict: {
    good: [{ row }, { row, id: 'a', key: 'k', segment: 's' }, { rows: [row, { price: null, region: null }], ids: ['b', 'c'] }],
    bad: [
      {},
      [],
      { row, rows: [row] },
      { rows: [] },
      { row, ids: ['a'] },
      { row, key: 3 },
      { row, colour: 1 },
      { row: { price: [] } },
    ],
  },
  feedback: {
    good: [
      { id: 'a', label: 1 },
      {
        labels: [
          { id: 'b', label: '0', at: '2024-01-01T00:00:00Z' },
          { id: 'c', label: 1, at: 3 },
        ],
      },
    ],
    bad: [
      {},
      { id: '', label: 1 },
      { id: 'a' },
      { labels: [] },
      { labels: [{ id: 'a', label: null }] },
      { id: 'a', label: 1, x: 1 },
    ],
  },
  infer: {
    good: [
      { inputs },
      {
        inputs,
        id: 'd',
        outputs: [{ name: 'score', parameters: { binary_data: false } }],
        parameters: { key: 'k', priority: 1 },
      },
      { inputs, model_name: 'electricity', parameters: { binary_data_output: true } },
    ],
    bad: [
      {},
      { inputs: [] },
      { inputs: {} },
      { inputs: [3] },
      { inputs, rows: [] },
      { inputs, outputs: [{ name: 'x' }] },
      { inputs: [{ ...inputs[0], datatype: 'FP8' }] },
      { inputs: [{ ...inputs[0], shape: [] }] },
      { inputs: [{ ...inputs[0], x: 1 }] },
    ],
  },
};
const posts = Object.keys(paths).filter((path) => paths[path]?.['post'] !== undefined);
const gets = Object.keys(paths).filter((path) => paths[path]?.['get'] !== undefined);
const bodiesOf = (path: string) => bodies[path.split('/').at(-1) ?? ''] ?? { good: [], bad: [] };

describe('the OpenAPI document', () => {
  it('is served, and is the one in docs/ (npx vitest -u writes it)', async () => {
    const served = await (await fetch(`${client.address}/openapi.json`)).text();
    expect(JSON.parse(served)).toEqual(JSON.parse(JSON.stringify(openApiDocument)));
    const file = packageFile('docs/openapi.json');
    await expect(await format(served, { ...(await resolveConfig(file)), parser: 'json' })).toMatchFileSnapshot(file);
  });

  it('refers only to parts that it has', () => {
    const text = JSON.stringify(openApiDocument);
    for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g))
      expect(Object.keys((openApiDocument.components as Record<string, Json>)[kind] ?? {})).toContain(name);
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(gets)('says what GET %s answers', async (path) => {
    expect(await exchange({ path, method: 'GET' })).toBe(200);
    expect(await exchange({ path, method: 'POST', body: {} })).toBe(405);
    if (path.includes('{model}')) expect(await exchange({ path, method: 'GET', model: 'unknown' })).toBe(404);
    if (path.includes('{version}')) expect(await exchange({ path, method: 'GET', version: '99' })).toBe(404);
  });

  it.each(posts)('says what POST %s takes and answers', async (path) => {
    const { good, bad } = bodiesOf(path);
    for (const body of good) {
      expect(takes(path, body), JSON.stringify(body)).toBe(true);
      expect(Math.floor((await exchange({ path, method: 'POST', body })) / 100)).toBe(2);
    }
    for (const body of bad) {
      expect(takes(path, body), JSON.stringify(body)).toBe(false);
      expect(await exchange({ path, method: 'POST', body })).toBe(422);
    }
    expect(await exchange({ path, method: 'POST', body: '{' })).toBe(400);
    expect(await exchange({ path, method: 'POST', body: 'x'.repeat(200_000) })).toBe(413);
    expect(await exchange({ path, method: 'GET' })).toBe(405);
    expect(await exchange({ path, method: 'POST', model: 'unknown', body: good[0] })).toBe(404);
    if (path.includes('{version}')) expect(await exchange({ path, method: 'POST', version: '99', body: good[0] })).toBe(403);
  });

  it('says what is answered while nothing can be', async () => {
    await bed.setTraffic({});
    await vi.waitFor(async () => expect((await client.predict({ row })).status).toBe(503), { timeout: 10_000 });
    for (const path of posts.filter((one) => !one.endsWith('feedback') && !one.includes('{version}')))
      expect(await exchange({ path, method: 'POST', body: bodiesOf(path).good[0] })).toBe(503);
    expect(await exchange({ path: '/v2/models/{model}', method: 'GET' })).toBe(503);
    expect(await exchange({ path: '/v2/models/{model}/ready', method: 'GET' })).toBe(503);
  });

  it('has the routes of the gateway, all of them and no others', () => {
    const own = gatewayRoutes({} as Parameters<typeof gatewayRoutes>[0]).map((route) => route.path);
    expect(Object.keys(paths).toSorted()).toEqual([...own, ...inferenceTemplates].toSorted());
  });

  it('knows the codes of errors by a pattern that all of them have', () => {
    const [, pattern = ''] = /"pattern":"(\^PAWL[^"]*)"/.exec(JSON.stringify(openApiDocument)) ?? [];
    for (const code of Object.keys(catalogue)) expect(code).toMatch(new RegExp(pattern));
  });
});
