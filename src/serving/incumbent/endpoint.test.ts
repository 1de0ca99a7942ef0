import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParsedRow } from '../row-parsing.ts';
import { Endpoint } from './endpoint.ts';
import type { IncumbentConfig } from './incumbent-config.ts';
import { configOf, priceSignature, refusalOf, TeamEndpoint } from './team-endpoint.testsuite.ts';

let team: TeamEndpoint;
const open: Endpoint[] = [];
beforeEach(async () => {
  team = await TeamEndpoint.start();
});
afterEach(async () => {
  for (const endpoint of open.splice(0)) endpoint.close();
  await team.stop();
});

function endpoint(changes: Partial<IncumbentConfig> = {}, path = ''): Endpoint {
  const one = new Endpoint(configOf(team.url + path, changes), 4);
  open.push(one);
  return one;
}

const rows: ParsedRow[] = [
  [12.5, 'north', 1],
  [NaN, '', NaN],
];
const scores = { outputs: [{ name: 'score', datatype: 'FP64', shape: [2, 1], data: [0.25, 0.75] }] };
const both = [
  { prediction: 'DOWN', score: 0.25 },
  { prediction: 'UP', score: 0.75 },
];

describe('an endpoint of the Open Inference Protocol', () => {
  it('without metadata gets a tensor for each feature, missing values as the protocol can say them', async () => {
    team.reply = ({ method }) => (method === 'GET' ? { status: 404 } : { json: scores });
    expect(await endpoint().ask(rows)).toMatchObject(both);
    expect(team.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v2/models/old',
      'POST /v2/models/old/infer',
    ]);
    expect(team.asked[1]?.body).toEqual({
      parameters: { content_type: 'pd' },
      inputs: [
        { name: 'price', datatype: 'FP64', shape: [2, 1], data: [12.5, null] },
        { name: 'region', datatype: 'BYTES', shape: [2, 1], data: ['north', ''], parameters: { content_type: 'str' } },
        { name: 'holiday', datatype: 'BOOL', shape: [2, 1], data: [true, null] },
      ],
    });
  });

  it('gets the inputs that its metadata name, in their datatypes and ranks, and no others', async () => {
    const inputs = [
      { name: 'holiday', datatype: 'INT64', shape: [-1] },
      { name: 'price', datatype: 'FP32', shape: [-1, 1] },
    ];
    team.reply = ({ method }) => ({ json: method === 'GET' ? { inputs } : scores });
    const one = endpoint();
    await one.ask(rows);
    await one.ask(rows);
    expect(team.asked.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
    expect(team.asked[1]?.body).toEqual({
      inputs: [
        { name: 'holiday', datatype: 'INT64', shape: [2], data: [1, null] },
        { name: 'price', datatype: 'FP32', shape: [2, 1], data: [12.5, null] },
      ],
    });
  });

  it('gets one matrix of all features where its one input is none of them, and is asked for its probabilities where it has them', async () => {
    const inputs = [{ name: 'input-0', datatype: 'FP32', shape: [-1, 2] }];
    const outputs = [{ name: 'predict_proba' }, { name: 'explanation' }];
    team.reply = ({ method }) => ({ json: method === 'GET' ? { inputs, outputs } : scores });
    await endpoint({ features: ['price', 'holiday'] }).ask(rows);
    expect(team.asked[1]?.body).toEqual({
      inputs: [{ name: 'input-0', datatype: 'FP32', shape: [2, 2], data: [12.5, 1, null, null] }],
      outputs: [{ name: 'predict_proba' }],
    });
    const wide = await refusalOf(endpoint().ask(rows));
    expect(wide).toMatchObject({ code: 'PAWL_INCUMBENT_ANSWER_INVALID', retryable: false });
    expect(wide.message).toMatch(/input-0 takes 2 columns, and there are 3 features/);
  });

  it('is asked for its metadata again when it refuses what it got: it may be another model by now', async () => {
    team.reply = ({ method }) => (method === 'GET' ? { status: 404 } : { status: 400, json: { error: 'no such input' } });
    const one = endpoint();
    expect((await refusalOf(one.ask(rows))).message).toMatch(/answered 400: \{"error":"no such input"\}/);
    team.reply = ({ method }) => ({
      json: method === 'GET' ? { inputs: [{ name: 'price', datatype: 'FP32', shape: [-1] }] } : scores,
    });
    expect(await one.ask(rows)).toMatchObject(both);
  });

  it('may answer in several outputs, nested or flat, of one column or of both classes', async () => {
    const outputs = [
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['UP', 'DOWN'] },
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [2, 2],
        data: [
          [0.6, 0.4],
          [0.9, 0.1],
        ],
      },
    ];
    team.reply = ({ method }) => (method === 'GET' ? { status: 404 } : { json: { outputs } });
    expect(await endpoint().ask(rows)).toEqual([
      { prediction: 'UP', score: 0.4, graded: true },
      { prediction: 'DOWN', score: 0.1, graded: true },
    ]);
  });
});

describe('an endpoint of another format', () => {
  const named = [
    { price: 12.5, region: 'north', holiday: true },
    { price: null, region: null, holiday: null },
  ];

  it('gets rows as pawl takes them', async () => {
    team.reply = () => ({ json: { predictions: both } });
    expect(await endpoint({ format: 'pawl' }).ask(rows)).toMatchObject(both);
    expect(team.asked).toEqual([{ method: 'POST', path: '/v1/models/old/predict', body: { rows: named } }]);
  });

  it('gets a table as MLflow takes it', async () => {
    team.reply = () => ({ json: { predictions: ['DOWN', 'UP'] } });
    expect(await endpoint({ format: 'mlflow', features: ['region', 'price'] }).ask(rows)).toEqual([
      { prediction: 'DOWN', score: 0, graded: false },
      { prediction: 'UP', score: 1, graded: false },
    ]);
    expect(team.asked).toEqual([
      {
        method: 'POST',
        path: '/invocations',
        body: {
          dataframe_split: {
            columns: ['region', 'price'],
            data: [
              ['north', 12.5],
              [null, null],
            ],
          },
        },
      },
    ]);
  });

  it('is asked at the URL as it is written where that says all, its query with it', async () => {
    team.reply = () => ({ json: { predictions: both } });
    await endpoint({ format: 'pawl' }, '/ml/v3/predict?team=grid').ask(rows);
    await endpoint({ format: 'mlflow' }, '/ml/').ask(rows);
    expect(team.asked.map(({ path }) => path)).toEqual(['/ml/v3/predict?team=grid', '/ml/invocations']);
  });

  it.each([
    [{ text: 'not json' }, /is no JSON: not json/],
    [{ json: { answers: [] } }, /there is no list `predictions`/],
    [{ json: { predictions: ['UP'] } }, /has 1 predictions for 2 rows/],
    [{ json: { predictions: ['UP', 'SIDEWAYS'] } }, /row 2: "SIDEWAYS" is neither DOWN nor UP/],
    [{ status: 302, text: '' }, /answered 302: an empty body/],
  ])('fails for good with an answer that means nothing: %j', async (reply, because) => {
    team.reply = () => reply;
    const failure = await refusalOf(endpoint({ format: 'pawl' }).ask(rows));
    expect(failure).toMatchObject({ code: 'PAWL_INCUMBENT_ANSWER_INVALID', retryable: false });
    expect(failure.message).toMatch(because);
  });
});

describe('an endpoint that is away', () => {
  const unavailable = { code: 'PAWL_INCUMBENT_UNAVAILABLE', retryable: true };

  it('fails for now: when it is late, says so itself, or is not there', async () => {
    team.reply = () => ({ after: null });
    const late = await refusalOf(endpoint({ format: 'pawl', timeoutMs: 30 }).ask(rows));
    expect(late).toMatchObject(unavailable);
    expect(late.message).toMatch(/did not answer within 30 ms/);
    team.reply = () => ({ status: 503, text: 'warming up' });
    expect((await refusalOf(endpoint({ format: 'pawl' }).ask(rows))).message).toMatch(/answered 503: warming up/);
    const one = endpoint({ format: 'pawl' });
    await team.stop();
    const gone = await refusalOf(one.ask(rows));
    expect(gone).toMatchObject(unavailable);
    expect(gone.message).toMatch(/cannot be reached: ECONNREFUSED/);
    team = await TeamEndpoint.start();
  });

  it('is not taken for away when it closed a connection that was kept', async () => {
    team.reply = () => ({ json: { predictions: both } });
    const one = endpoint({ format: 'pawl' });
    await one.ask(rows);
    await one.ask(rows);
    expect(team.connections).toBe(1);
    team.cut();
    expect(await one.ask(rows)).toMatchObject(both);
    expect(team.connections).toBe(2);
  });

  it('is given up when nobody waits any more', async () => {
    team.reply = () => ({ after: null });
    const giveUp = new AbortController();
    const asking = endpoint({ format: 'pawl' }).ask(rows, { signal: giveUp.signal });
    giveUp.abort(new Error('cancelled'));
    await expect(asking).rejects.toThrow('cancelled');
  });

  it('answers a regression with numbers', async () => {
    team.reply = () => ({ json: { predictions: [[3.5], [4]] } });
    const signature = { ...priceSignature, task: 'regression', classes: null, threshold: null } as const;
    expect(await endpoint({ format: 'mlflow', signature }).ask(rows)).toMatchObject([{ prediction: 3.5 }, { prediction: 4 }]);
  });
});
