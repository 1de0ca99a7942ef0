import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { literal, withDuck } from '../src/data/duckdb.ts';
import { configOf, priceSignature, refusalOf, TeamEndpoint } from '../src/serving/incumbent/team-endpoint.testsuite.ts';
import { metricsOf } from '../src/evaluation/answers.ts';
import type { ModelSignature } from '../src/onnx/signature.ts';
import type { EndpointAnswer } from '../src/serving/incumbent/endpoint-answer.ts';
import { modelSpec } from '../src/spec/schema.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { askNewestRows, incumbentAnswers } from './ask-incumbent.ts';

const spec = modelSpec.parse({
  model: 'prices',
  task: 'binary-classification',
  owner: 'tests',
  source: { files: '*.parquet' },
  contract: {
    label: 'class',
    features: { price: { type: 'number' }, region: { type: 'category' }, holiday: { type: 'boolean' } },
  },
});

let folder: string;
let store: ObjectStore;
let uri: string;
let team: TeamEndpoint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-ask-'));
  store = folderStore(join(folder, 'store'));
  const file = join(folder, 'rows.parquet');
  await withDuck(undefined, async (duck) => {
    // A tenth is no float32; a frame would have rounded it.
    const rows = `SELECT i / 10.0::DOUBLE AS price, CASE WHEN i % 2 = 0 THEN 'north' END AS region, i % 3 = 0 AS holiday, 'UP' AS class FROM range(1000) t(i)`;
    await duck.run(`COPY (${rows}) TO ${literal(file)} (FORMAT parquet)`);
  });
  uri = await store.put('datasets/rows.parquet', await readFile(file));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  team = await TeamEndpoint.start();
});
afterEach(() => team.stop());

const rowsOf = (body: unknown) => (body as { rows: Record<string, unknown>[] }).rows;
const ask = (newest: number): Promise<EndpointAnswer[]> => {
  const config = configOf(team.url, { format: 'pawl' });
  return new MockActivityEnvironment().run<[], EndpointAnswer[], () => Promise<EndpointAnswer[]>>(() =>
    askNewestRows(config, { store, uri, spec, newest }),
  );
};

describe('asking an incumbent of held-out rows', () => {
  it('sends the newest rows as the dataset holds them, and gives the answers in their order', async () => {
    const sent = new Map<unknown, unknown>();
    team.reply = ({ body }) => {
      for (const row of rowsOf(body)) sent.set(row['price'], row);
      return { json: { predictions: rowsOf(body).map(({ price }) => Number(price) / 100) } };
    };
    const answers = await ask(350);
    expect(answers.map(({ score }) => score)).toEqual(Array.from({ length: 350 }, (_, i) => (650 + i) / 10 / 100));
    expect(sent.get(65.1)).toEqual({ price: 65.1, region: null, holiday: true });
    expect(sent.get(65)).toEqual({ price: 65, region: 'north', holiday: false });
  });

  it('asks again where it cannot answer for a moment', async () => {
    team.reply = ({ body }) =>
      team.asked.length === 1 ? { status: 503 } : { json: { predictions: rowsOf(body).map(() => 0.5) } };
    expect(await ask(10)).toHaveLength(10);
    expect(team.asked).toHaveLength(2);
  });

  it('fails for now while it is away, and for good where it refuses the rows', async () => {
    team.reply = () => ({ status: 503 });
    expect(await refusalOf(ask(10))).toMatchObject({ code: 'PAWL_INCUMBENT_UNAVAILABLE', retryable: true });
    team.reply = () => ({ status: 422, text: 'no such column' });
    const refused = await refusalOf(ask(10));
    expect(refused).toMatchObject({ code: 'PAWL_INCUMBENT_ANSWER_INVALID', retryable: false });
    expect(refused.message).toMatch(/answered 422: no such column/);
  });
});

describe('the metrics of an incumbent', () => {
  const rows = { label: Float64Array.of(1, 1, 0, 0), classes: ['DOWN', 'UP'] as [string, string] };
  const metrics = (
    signature: ModelSignature,
    of: { label: Float64Array; classes: [string, string] | null },
    said: EndpointAnswer[],
  ) => metricsOf(of.label, incumbentAnswers(signature, of, said));
  const answer = (prediction: string, score: number, graded: boolean) => ({ prediction, score, graded });

  it('leave out what needs a probability where it names classes only', () => {
    const named = [answer('UP', 1, false), answer('DOWN', 0, false), answer('DOWN', 0, false), answer('DOWN', 0, false)];
    expect(metrics(priceSignature, rows, named)).toEqual({ accuracy: 0.75, f1: 2 / 3, precision: 1, recall: 0.5 });
  });

  it('go by the classes that it names, whatever its threshold, and by its probabilities', () => {
    const graded = [answer('UP', 0.3, true), answer('UP', 0.4, true), answer('DOWN', 0.1, true), answer('DOWN', 0.2, true)];
    expect(metrics(priceSignature, rows, graded)).toMatchObject({
      accuracy: 1,
      recall: 1,
      auc: 1,
      brier: expect.any(Number),
    });
  });

  it('are none where the rows have other classes', () => {
    const other = { ...rows, classes: ['0', '1'] as [string, string] };
    expect(() => metrics(priceSignature, other, [])).toThrow(/The rows have 0 and 1; the incumbent tells apart DOWN and UP/);
  });

  it('are those of a regression for numbers', () => {
    const signature = { ...priceSignature, task: 'regression', classes: null, threshold: null } as const;
    const answers = [1, 2, 0, 0].map((score) => ({ score, prediction: score, graded: true }));
    expect(metrics(signature, { ...rows, classes: null }, answers)).toMatchObject({ mae: 0.25 });
  });
});

describe('what an incumbent of three classes says', () => {
  const signature: ModelSignature = {
    ...priceSignature,
    task: 'multiclass-classification',
    classes: ['high', 'low', 'mid'],
    threshold: null,
  };
  const label = [0, 1, 2];
  const said = (prediction: string, probabilities?: number[]): EndpointAnswer => ({
    prediction,
    score: 1,
    graded: probabilities !== undefined,
    ...(probabilities === undefined ? {} : { probabilities }),
  });

  it('is compared by its classes, and by its probabilities where each answer brings them', () => {
    const rows = { classes: ['high', 'low', 'mid'] };
    const graded = [said('high', [0.8, 0.1, 0.1]), said('low', [0.1, 0.8, 0.1]), said('high', [0.5, 0.1, 0.4])];
    expect(metricsOf(label, incumbentAnswers(signature, rows, graded))).toMatchObject({ accuracy: 2 / 3, auc: 1 });
    const named = metricsOf(label, incumbentAnswers(signature, rows, [...graded.slice(0, 2), said('mid')]));
    expect(named).toEqual({ accuracy: 1, f1: 1, precision: 1, recall: 1 });
  });

  it('is wrong where the rows have a class that it does not know', () => {
    const answers = [said('high'), said('low'), said('mid')];
    expect(metricsOf([3, 1, 2], incumbentAnswers(signature, { classes: ['high', 'low', 'mid', 'new'] }, answers))).toMatchObject({
      accuracy: 2 / 3,
    });
  });
});
