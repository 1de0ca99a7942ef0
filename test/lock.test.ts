import { afterAll, beforeAll, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { getRelease } from '../src/registry/releases.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';

let pawl: RunningPawl;

beforeAll(async () => {
  pawl = await RunningPawl.start({ example: 'bike-demand' });
  await pawl.apply(...quickRollout, 'monitor.every=1s', 'training.params.trees=20');
});
afterAll(() => pawl?.stop());

it('waits with a release while another holds its id, and begins when that is gone', async () => {
  // Somebody has started one past the monitor, on a queue that nobody works on.
  const id = workflowId.release(pawl.model);
  const other = await pawl.client.workflow.start('release', { workflowId: id, taskQueue: `${pawl.model}-nobody`, args: [{}] });
  const asked = pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
  const monitor = pawl.client.workflow.getHandle(workflowId.monitor(pawl.model));
  // It answers once it has read its policy.
  const told = () => monitor.query<{ because: string }[]>('timeline').catch(() => []);
  await until('the monitor has seen it', async () =>
    (await told()).some(({ because }) => / did not start is running/.test(because)),
  );
  await other.terminate('it was a mistake');
  expect(await asked).toMatchObject({ release: `${pawl.model}/1`, outcome: 'promoted', version: 1 });
  expect((await getRelease(pawl.registry, `${pawl.model}/1`)).because).toMatch(/bake/);
  await record(pawl.client, 'monitor', workflowId.monitor(pawl.model), 'lock');
}, 120_000);
