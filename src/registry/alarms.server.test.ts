import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { modelStatus, statusText } from '../cli/model-status.ts';
import { allOpenAlarms, openAlarms, recordAlarms } from './alarms.ts';
import { ExampleModel } from './example-model.testsuite.ts';
import { openRegistry, type Registry } from './registry.ts';
import { timeline } from './timeline.ts';

let registry: Registry;
beforeAll(async () => {
  registry = openRegistry(await createDatabase());
});
afterAll(() => registry.close());

const day = Date.UTC(2026, 2, 1);
const drift = { kind: 'drift', raisedAt: day, because: '1 of 6 features moved; 300 of 1,000 labels since the change' } as const;
const service = { kind: 'service', raisedAt: day + 60_000, because: '2 % of 900 requests failed within 1 h' } as const;

it('keeps which alarms stand, with what they last said, and when and why each was over', async () => {
  const { model } = await ExampleModel.apply(registry);
  const other = await ExampleModel.apply(registry);
  await recordAlarms(registry, { model: other.model, standing: [drift], over: '', at: day });
  await recordAlarms(registry, { model, standing: [drift, service], over: '', at: day });
  const later = { ...drift, because: '1 of 6 features moved; 348 of 1,000 labels since the change' };
  await recordAlarms(registry, { model, standing: [later], over: 'no longer so in the last 3 samples', at: day + 600_000 });
  expect(await openAlarms(registry, model)).toEqual([{ kind: 'drift', raisedAt: new Date(day), because: later.because }]);

  // As a retried activity has it, and once more for a release that answered the rest.
  for (let i = 0; i < 2; i++)
    await recordAlarms(registry, { model, standing: [], over: 'm/4 was promoted', at: day + 900_000 + i });
  expect(await openAlarms(registry, model)).toEqual([]);
  expect(await openAlarms(registry, other.model)).toHaveLength(1);
  expect((await allOpenAlarms(registry)).filter((alarm) => alarm.model === model || alarm.model === other.model)).toEqual([
    { model: other.model, kind: 'drift' },
  ]);
  const lines = (await timeline(registry, model, 10)).filter(({ kind }) => kind === 'alarm');
  expect(lines.map(({ because, at }) => [because, +at])).toEqual([
    ['the budget alarm is over: no longer so in the last 3 samples', day + 600_000],
    ['the drift alarm is over: m/4 was promoted', day + 900_000],
  ]);
});

it('lets the same kind of alarm be raised again, and says so in the status', async () => {
  const { model } = await ExampleModel.apply(registry);
  await recordAlarms(registry, { model, standing: [drift], over: '', at: day });
  const again = { ...drift, raisedAt: day + 3_600_000 };
  await recordAlarms(registry, { model, standing: [again], over: 'm/4 was promoted', at: day + 3_600_000 });
  const status = await modelStatus(registry, model);
  expect(status.alarms).toEqual([{ kind: 'drift', because: drift.because, since: '2026-03-01T01:00:00.000Z' }]);
  expect(statusText(status)).toContain(`  alarm     drift since 2026-03-01T01:00:00.000Z: ${drift.because}\n`);
});
