import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import type { DriftReport } from '../src/monitoring/drift-report.ts';
import { openAlarms } from '../src/registry/alarms.ts';
import { getChampion } from '../src/registry/champion.ts';
import { readAssignment } from '../src/registry/traffic.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl;
let traffic: Traffic;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'electricity' });
  // Without the example's own budgets: a busy machine is slow before a trial begins.
  await pawl.apply(...quickRollout, 'monitor.every=1s', 'monitor.budgets=[]');
});
afterAll(async () => {
  await traffic?.stop();
  if (pawl !== undefined) await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'budget');
  await pawl?.stop();
});

it('stops a trial while the service burns its budget, and says why', async () => {
  await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  traffic = new Traffic(pawl, await exampleRows('electricity', 200)).start(60);
  // Left alone, the trial would take a minute a step.
  const slowSteps = [...quickRollout, 'release.step.for=60s', 'monitor.every=1s'];
  await pawl.apply(...slowSteps, 'monitor.budgets=[]');
  const release = pawl.run('release', pawl.model, '--reason', 'on trial', '--override-gates', '--wait');
  await until('v2 answers callers', async () => (await readAssignment(pawl.registry, pawl.model))?.share === 0.05);
  // No answer is that fast: from here on every request burns the budget.
  await pawl.apply(...slowSteps, 'monitor.budgets=[{ latency: { p99: 0.001ms, over: 30d } }]');
  const { code, value } = await release;
  await traffic.stop();
  expect({ code, value }).toMatchObject({ code: 3, value: { outcome: 'rolled_back', version: 2 } });
  expect((value as { because: string }).because).toMatch(
    /^monitor rolled it back: 100 % of [\d,]+ requests took longer than 0\.001 ms within 1 h: 1,000 times what the budget of 0\.1 % in 30 d allows/,
  );
  expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(1);
  expect(traffic.failures).toEqual([]);

  const status = await pawl.done('status', pawl.model);
  expect(status).toMatchObject({ alarms: [{ kind: 'service' }] });
  // With the budget gone nothing burns any more: the alarm is over, and the timeline says so.
  await pawl.apply(...slowSteps, 'monitor.budgets=[]', 'monitor.drift.consecutive=1');
  const more = new Traffic(pawl, await exampleRows('electricity', 200)).start(60);
  await until('the alarm is over', async () =>
    (await openAlarms(pawl.registry, pawl.model)).every(({ kind }) => kind !== 'service'),
  );
  await more.stop();
  const lines = (await pawl.done('timeline', pawl.model)) as { kind: string; because: string }[];
  expect(lines.filter(({ kind }) => kind === 'alarm').map(({ because }) => because)).toContain(
    'the budget alarm is over: no longer so in the last sample',
  );

  const report = (await pawl.done('drift', pawl.model)) as DriftReport;
  expect(report).toMatchObject({ version: 1 });
  expect(report.features.map(({ feature }) => feature).toSorted()).toEqual(
    ['nswdemand', 'nswprice', 'period', 'score', 'transfer', 'vicdemand', 'vicprice'].toSorted(),
  );
  for (const { evidence, measures } of report.features) {
    expect(evidence?.share).toBeGreaterThanOrEqual(0);
    expect(measures?.sample.rows).toBeGreaterThan(0);
  }
}, 120_000);
