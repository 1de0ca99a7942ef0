import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../errors.ts';
import type { Scorer } from '../scorer.ts';
import { openIncumbent } from './incumbent-scorer.ts';
import { configOf, refusalOf, TeamEndpoint } from './team-endpoint.testsuite.ts';

let team: TeamEndpoint;
let scorer: Scorer;
beforeEach(async () => {
  team = await TeamEndpoint.start();
  scorer = await openIncumbent(configOf(team.url, { format: 'pawl' }));
});
afterEach(async () => {
  await scorer.release();
  await team.stop();
});

const rowsOf = (body: unknown) => (body as { rows: { price: number }[] }).rows;
/** The price is the probability. */
const answering = (body: unknown) => ({ json: { predictions: rowsOf(body).map(({ price }) => price) } });
const row = (price: number) => [price, 'north', 1] as const;

describe('a scorer of an endpoint', () => {
  it('takes rows as any version does: missing and unknown columns are refused before anything is asked', () => {
    const problems: Problem[] = [];
    expect(scorer.parse({ price: 'high', region: null, weather: 1 }, problems)).toBeNull();
    expect(problems.map(({ subject }) => subject)).toEqual(['price', 'holiday', 'weather']);
    expect(scorer.parse({ price: 0.5, region: 'north', holiday: true }, problems)).toEqual([0.5, 'north', 1]);
  });

  it('lets requests share calls while as many as allowed are under way, and gives each its own answers', async () => {
    team.reply = ({ body }) => ({ ...answering(body), after: 20 });
    const prices = Array.from({ length: 100 }, (_, i) => (i + 1) / 1000);
    const answers = await Promise.all(prices.map((price) => scorer.score([row(price), row(1 - price)])));
    expect(answers.map(([first, second]) => [first?.score, second?.score])).toEqual(prices.map((price) => [price, 1 - price]));
    expect(team.asked.length).toBeLessThan(20);
    expect(team.connections).toBeLessThanOrEqual(8);
    expect(scorer.cost()).toMatchObject({ rows: 200, memoryBytes: 0 });
    expect(scorer.cost().cpuMs).toBeGreaterThan(0);
  });

  it('fails one request that the endpoint refuses, and answers those that shared its call', async () => {
    team.reply = ({ body }) => (rowsOf(body).some(({ price }) => price === 0.666) ? { status: 400 } : answering(body));
    const settled = await Promise.allSettled([0.1, 0.666, 0.3].map((price) => scorer.score([row(price)])));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(settled[1]).toMatchObject({ reason: { code: 'PAWL_INCUMBENT_ANSWER_INVALID' } });
    expect(settled[2]).toMatchObject({ value: [{ score: 0.3, prediction: 'DOWN' }] });
  });

  it('refuses more than can wait, and fails what waited longer than anybody would', async () => {
    await scorer.release();
    scorer = await openIncumbent(configOf(team.url, { format: 'pawl', timeoutMs: 40 }));
    team.reply = () => ({ after: null });
    const many = Array.from({ length: 4000 }, () => row(0.5));
    const asked = Array.from({ length: 10 }, () => refusalOf(scorer.score([row(0.5)])));
    const great = refusalOf(scorer.score(many));
    expect(await refusalOf(scorer.score(many))).toMatchObject({ code: 'PAWL_OVERLOADED', retryable: true });
    for (const failure of await Promise.all([...asked, great])) expect(failure.code).toBe('PAWL_INCUMBENT_UNAVAILABLE');
  });

  it('waits on release for what is under way, and answers nothing after it', async () => {
    team.reply = ({ body }) => ({ ...answering(body), after: 20 });
    const answers = scorer.score([row(0.9)]);
    await scorer.release();
    expect(await answers).toMatchObject([{ prediction: 'UP', score: 0.9 }]);
    expect(await refusalOf(scorer.score([row(0.9)]))).toMatchObject({ code: 'PAWL_PREDICTION_FAILED' });
  });
});
