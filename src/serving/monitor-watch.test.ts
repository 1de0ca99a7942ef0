import { expect, it, vi } from 'vitest';
import type { DriftReport } from '../monitoring/drift-report.ts';
import { measureNumbers } from '../monitoring/measures.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { sortedNumbers } from '../stats/sorted-numbers.ts';
import { summarise } from '../stats/summary.ts';
import { MonitorWatch, type MonitorWatchOptions } from './monitor-watch.ts';

const column = (from: number) => {
  const sorted = sortedNumbers(Array.from({ length: 8 }, (_, i) => from + i));
  return { sorted, missing: 0, summary: summarise(sorted) };
};
const price: DriftReport['features'][number] = {
  feature: 'price',
  of: 'feature',
  importance: 1,
  evidence: { feature: 'price', of: 'feature', what: 'distribution', share: 1.5, since: 0, rows: 10 },
  measures: measureNumbers('price', column(0), column(4)),
};
const look = (features: DriftReport['features']): DriftReport => ({
  at: 0,
  version: 1,
  newest: 'p',
  sampled: 8,
  accepted: 8,
  features,
});
type Seen = Awaited<ReturnType<MonitorWatchOptions['read']>>;

it('tells alarms and drift as they are on record, also while the registry is away, and forgets what is over', async () => {
  const metrics = createGatewayMetrics();
  const told = async () => (await metrics.register.metrics()).split('\n').filter((line) => /^pawl_(?:alarms|drift)/.test(line));
  let answer: Promise<Seen> = Promise.resolve({
    looks: [{ model: 'm', report: look([price]) }],
    alarms: [{ model: 'm', kind: 'drift' }],
  });
  const watch = new MonitorWatch({ read: () => answer, metrics, everyMs: 3_600_000 });
  await vi.waitFor(async () => expect(await told()).toContain('pawl_alarms{model="m",kind="drift"} 1'));
  const first = await told();
  expect(first).toContain('pawl_drift_evidence{model="m",feature="price"} 1.5');
  expect(first).toContain('pawl_drift_measure{model="m",feature="price",measure="ks"} 0.5');
  expect(first).toHaveLength(8);

  answer = Promise.reject(new Error('away'));
  await watch.look();
  expect(await told()).toEqual(first);

  answer = Promise.resolve({ looks: [{ model: 'm', report: look([{ ...price, measures: null }]) }], alarms: [] });
  await watch.look();
  expect(await told()).toEqual(['pawl_drift_evidence{model="m",feature="price"} 1.5']);
  watch.close();
});
