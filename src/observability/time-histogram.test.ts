import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { TimeHistogram } from './time-histogram.ts';

const times = [0.1, 0.5, 0.6, 1, 7, 7, 99, 100, 2499, 2501, 60_000];

describe('a histogram of times', () => {
  it('is exposed as the one of prom-client is', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const own = new TimeHistogram('t_seconds', 'help', ours);
    const reference = new Histogram({
      name: 't_seconds',
      help: 'help',
      labelNames: ['model'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [theirs],
    });
    for (const [i, ms] of times.entries()) {
      const model = i % 3 === 0 ? 'a' : 'b';
      own.observe(model, ms);
      reference.observe({ model }, ms / 1000);
    }
    const lines = async (register: Registry) => (await register.metrics()).split('\n').toSorted();
    expect(await lines(ours)).toEqual(await lines(theirs));
  });

  it('adds over the processes of a gateway', async () => {
    const register = new Registry();
    const own = new TimeHistogram('t_seconds', 'help', register);
    for (const ms of times) own.observe('a', ms);
    const one = await register.getMetricsAsJSON();
    const both = AggregatorRegistry.aggregate([structuredClone(one), structuredClone(one)]);
    expect(await both.metrics()).toContain(`t_seconds_count{model="a"} ${2 * times.length}`);
  });
});
