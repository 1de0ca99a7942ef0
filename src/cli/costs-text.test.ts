import { expect, it } from 'vitest';
import { noUsage } from '../steps/step.ts';
import { costsText } from './costs-text.ts';

const since = new Date('2026-03-01T00:00:00Z');
const counts = { releases: 14, done: 4, failed: 1, unfinished: 0, taken: 10, trials: 0 };
const usage = { cpuMs: 1_090_000, wallMs: 576_000, bytesRead: 8_400_000, bytesWritten: 900 };
const train = { name: 'train', ...counts, ...usage, spared: noUsage, unpriced: [] };

it('says what was used, what it cost in each currency, and what is left of the month', () => {
  const cost = [
    { amount: 0.81, currency: 'EUR' },
    { amount: 0.004, currency: 'USD' },
  ];
  const budget = { spent: 31.12, next: 0.2, monthly: 50, currency: 'EUR' };
  const text = costsText([{ ...train, cost, saved: [{ amount: 2.02, currency: 'EUR' }] }], 'step', since, budget);
  const cells = [
    'train',
    '14',
    '4 (1 not done)',
    '10',
    '0',
    '18.1 min',
    '9.6 min',
    '8.4 MB',
    '0.9 kB',
    '0.81 EUR + 0.0040 USD',
    '2.02 EUR',
  ];
  for (const cell of cells) expect(text).toContain(` ${cell} `);
  expect(text).toContain('31.12 EUR of 50.00 EUR for the last 30 days are spent.');
});

it('does not take an unknown price for nothing', () => {
  const text = costsText([{ ...train, cost: [], saved: [], unpriced: ['a', 'b'] }], 'project', since, null);
  expect(text).toContain(' no rate ');
  expect(text).toContain('No rates are stated for a and b: see `cost` in pawl.yaml.');
  expect(costsText([], 'step', since, null)).toBe('No step began since 2026-03-01 00:00:00.');
});
