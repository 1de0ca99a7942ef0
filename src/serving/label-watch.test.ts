import { expect, it, vi } from 'vitest';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { LabelWatch } from './label-watch.ts';

it('tells what the registry last counted, also while that is away', async () => {
  const metrics = createGatewayMetrics();
  let answer: () => Promise<{ model: string; unknown: number }[]> = () => Promise.resolve([{ model: 'm', unknown: 3 }]);
  let reads = 0;
  const read = () => {
    reads++;
    return answer();
  };
  const watch = new LabelWatch({ read, metrics, everyMs: 5 });
  const told = () => metrics.register.metrics();
  await vi.waitFor(async () => expect(await told()).toContain('pawl_labels_unknown{model="m"} 3'));
  answer = () => Promise.reject(new Error('away'));
  const before = reads;
  await vi.waitFor(() => expect(reads).toBeGreaterThan(before + 2));
  expect(await told()).toContain('pawl_labels_unknown{model="m"} 3');
  answer = () => Promise.resolve([{ model: 'm', unknown: 0 }]);
  await vi.waitFor(async () => expect(await told()).toContain('pawl_labels_unknown{model="m"} 0'));
  watch.close();
});
