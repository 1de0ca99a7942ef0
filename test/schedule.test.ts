import { afterAll, beforeAll, expect, it } from 'vitest';
import { scheduleId, workflowId } from '../src/messages/names.ts';
import { getDecision } from '../src/registry/decisions.ts';
import { listReleases } from '../src/registry/releases.ts';
import { listTriggers } from '../src/registry/triggers.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

// The time-skipping server has no Schedules; this is the real one.
let pawl: RunningPawl;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'bike-demand' });
});

afterAll(async () => {
  await pawl?.client.schedule
    .getHandle(scheduleId(pawl.model))
    .delete()
    .catch(() => undefined);
  await pawl?.stop();
});

it('keeps the Schedule in step with the spec: created, changed, removed', async () => {
  const handle = pawl.client.schedule.getHandle(scheduleId(pawl.model));
  expect(await pawl.apply('schedule=0 3 * * 1')).toMatchObject({ schedule: 'created' });
  expect((await handle.describe()).spec).toMatchObject({ timezone: 'UTC' });
  expect(await pawl.apply('schedule=30 4 * * *', 'time_zone=Europe/Vienna')).toMatchObject({ schedule: 'updated' });
  const { spec } = await handle.describe();
  expect(spec).toMatchObject({ timezone: 'Europe/Vienna' });
  expect(spec.calendars?.[0]).toMatchObject({ hour: [{ start: 4 }], minute: [{ start: 30 }] });
  expect(await pawl.apply()).toMatchObject({ schedule: 'removed' });
  await expect(handle.describe()).rejects.toThrow(/not found/i);
});

it('retrains through the monitor when it is due, and records why', async () => {
  await pawl.apply(...quickRollout, 'schedule=0 3 * * 1');
  await pawl.client.schedule.getHandle(scheduleId(pawl.model)).trigger();
  await until('the scheduled release has ended', async () => {
    const status = (await pawl.done('status', pawl.model)) as { release: { outcome: string | null } | null };
    return status.release?.outcome === 'promoted';
  });
  const triggers = await listTriggers(pawl.registry, pawl.model);
  expect(triggers).toMatchObject([{ kind: 'schedule', by: 'schedule', release: `${pawl.model}/1` }]);
  for await (const run of pawl.client.workflow.list({
    query: `WorkflowType = 'scheduledRetrain' AND PawlModel = '${pawl.model}'`,
  }))
    await record(pawl.client, 'scheduledRetrain', run.workflowId);
}, 120_000);

it('waits with what is scheduled while the budget of the month is spent, goes on when it allows, and holds no person back', async () => {
  const spent = ['monitor.every=1s', 'monitor.cooldown=0s', 'schedule=0 3 * * 1', 'cost.project=bikes', 'cost.per_hour=1000 EUR'];
  await pawl.apply(...quickRollout, ...spent, 'cost.monthly=0.01 EUR');
  const begun = async () => (await listReleases(pawl.registry, pawl.model)).length;
  await pawl.client.schedule.getHandle(scheduleId(pawl.model)).trigger();
  const held = async () => (await listTriggers(pawl.registry, pawl.model)).at(-1);
  await until('the trigger waits', async () =>
    / it waits: .* EUR of 0\.01 EUR for the month are spent/.test((await held())?.because ?? ''),
  );
  expect(await begun()).toBe(1);

  await pawl.apply(...quickRollout, ...spent, 'cost.monthly=100000 EUR');
  await until('the scheduled release has begun', async () => (await begun()) === 2);
  expect(await held()).toMatchObject({ kind: 'schedule', release: `${pawl.model}/2` });
  await until('it has ended', async () =>
    (await listReleases(pawl.registry, pawl.model)).every(({ outcome }) => outcome !== null),
  );

  await pawl.apply(...quickRollout, ...spent, 'cost.monthly=0.01 EUR');
  await pawl.run('release', pawl.model, '--reason', 'the new feature', '--by', 'ada', '--wait');
  expect(await begun()).toBe(3);
  const decision = await getDecision(pawl.registry, `${pawl.model}/3/budget`);
  expect(decision?.because).toMatch(
    / EUR of 0\.01 EUR for the month are spent, .*; it begins all the same, as ada asked for it$/,
  );
  await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'money');
}, 180_000);
