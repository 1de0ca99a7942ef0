import { describe, expect, it } from 'vitest';
import { cost, type CostSpec } from '../spec/cost-schema.ts';
import { costLines } from './cost-report.ts';
import { priceOf } from './prices.ts';
import { noUsage } from './step.ts';

const hour = 3_600_000;
const parse = (terms: object): CostSpec => cost.parse({ project: 'pricing', ...terms });

describe('a price', () => {
  const usage = { wallMs: 2 * hour, cpuMs: 3 * hour, bytesRead: 5e9, bytesWritten: 1e9 };

  it('adds up every rate that is stated', () => {
    expect(priceOf(usage, parse({ per_hour: '1.50 EUR' }))).toEqual({ amount: 3, currency: 'EUR' });
    const rates = { cpu_hour: '0.10 EUR', gb_read: '0.01 EUR', gb_stored: '0.20 EUR' };
    const { amount = NaN, currency } = priceOf(usage, parse({ per_hour: '1.50 EUR', rates })) ?? {};
    expect(amount).toBeCloseTo(3 + 0.3 + 0.05 + 0.2, 12);
    expect(currency).toBe('EUR');
  });

  it('is unknown without a rate, which is not nothing', () => {
    expect(priceOf(usage, undefined)).toBeNull();
    expect(priceOf(usage, parse({ monthly: '50 EUR' }))).toBeNull();
    expect(priceOf(noUsage, parse({ per_hour: '1 EUR' }))).toEqual({ amount: 0, currency: 'EUR' });
  });
});

it('takes amounts of one currency only, and tags and rates that it knows', () => {
  expect(() => parse({ monthly: '50 EUR', rates: { cpu_hour: '1 USD' } })).toThrow(/one currency/);
  expect(() => parse({ rates: { gpu_hour: '1 EUR' } })).toThrow(/gpu_hour/);
  expect(() => parse({ tags: { 'no spaces': 'x' } })).toThrow();
  expect(parse({})).toEqual({ project: 'pricing', tags: {}, rates: {} });
});

describe('a report', () => {
  const use = (name: string, model: string, wallMs: number, changes: object = {}) => ({
    ...{ name, model, releases: 1, done: 4, failed: 0, unfinished: 0, taken: 0, trials: 0 },
    ...noUsage,
    wallMs,
    spared: noUsage,
    ...changes,
  });

  it('adds up the models of a group, each at its own rates and in its own currency', () => {
    const costs: Record<string, CostSpec> = {
      a: parse({ per_hour: '1 EUR' }),
      b: parse({ per_hour: '2 EUR' }),
      c: parse({ per_hour: '4 USD' }),
    };
    const uses = [
      use('ada', 'a', hour),
      use('ada', 'b', hour, { taken: 3, spared: { ...noUsage, wallMs: 2 * hour } }),
      use('ada', 'c', hour, { failed: 1 }),
      use('ada', 'free', hour),
      use('bob', 'a', 2 * hour),
    ];
    const [ada, bob] = costLines(uses, (model) => costs[model]);
    expect(ada).toMatchObject({ name: 'ada', releases: 4, done: 16, failed: 1, taken: 3, wallMs: 4 * hour, unpriced: ['free'] });
    expect(ada?.cost).toEqual([
      { amount: 3, currency: 'EUR' },
      { amount: 4, currency: 'USD' },
    ]);
    expect(ada?.saved).toEqual([
      { amount: 4, currency: 'EUR' },
      { amount: 0, currency: 'USD' },
    ]);
    expect(bob).toMatchObject({ name: 'bob', cost: [{ amount: 2, currency: 'EUR' }], unpriced: [] });
  });
});
