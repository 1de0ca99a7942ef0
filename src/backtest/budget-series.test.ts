import fc from 'fast-check';
import { expect, it } from 'vitest';
import { budgetTerms, readBudget } from '../monitoring/budget.ts';
import type { WindowStretch } from '../registry/window-series.ts';
import { LatencySketch, slowerThan } from '../serving/latency-sketch.ts';
import { monitor } from '../spec/monitor-schema.ts';
import { BudgetSeries } from './budget-series.ts';

const { budgets } = monitor.parse({
  budgets: [
    { error_rate: { at_most: '0.1%', over: '30d' } },
    { latency: { p99: '50ms', over: '7d' } },
    { accuracy: { at_least: '80%', over: '30d' } },
  ],
});

const minute = 60_000;
const stretch = fc.record({
  version: fc.constantFrom(1, 2),
  gap: fc.integer({ min: 1, max: 600 }),
  requests: fc.integer({ min: 1, max: 50 }),
  errors: fc.integer({ min: 0, max: 5 }),
  latencies: fc.array(fc.constantFrom(1, 20, 49, 60, 300), { maxLength: 5 }),
});

it('reads a budget at each moment as from all windows and labels of the time before', () => {
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 30 }), fc.nat(20_000), (given, now) => {
      let until = 0;
      const windows = given.map(({ gap, latencies, ...counts }): WindowStretch => {
        const sketch = new LatencySketch();
        for (const ms of latencies) sketch.add(ms);
        until += gap * minute;
        return { ...counts, role: 'champion', revision: 1, until, begunAt: until - minute, latency: sketch.sums() };
      });
      const series = new BudgetSeries(budgets, windows);
      for (const { version, until: at, requests, errors } of windows)
        series.judge(version, at, { labels: requests, bad: errors });
      const at = now * minute;
      const expected = budgets.map((budget) => {
        const { counted } = budgetTerms(budget);
        return readBudget(budget, (ms) => {
          const within = windows.filter((one) => one.version === 1 && one.until <= at && one.until > at - ms);
          const badOf = ({ errors, latency }: WindowStretch) =>
            counted.of === 'slow' ? slowerThan(latency, counted.slowerThan) : errors;
          return {
            events: within.reduce((sum, { requests }) => sum + requests, 0),
            bad: within.reduce((sum, one) => sum + badOf(one), 0),
          };
        });
      });
      expect(series.at(at, 1)).toEqual(expected);
    }),
  );
});
