import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runPawl } from '../infra/processes/pawl-command.ts';
import { freePort } from '../infra/servers/free-port.ts';
import { createDatabaseIfMissing, startPostgres } from '../infra/servers/postgres-server.ts';
import { workflowId } from '../src/messages/names.ts';
import { migrate } from '../src/registry/migrate.ts';
import { openRegistry } from '../src/registry/registry.ts';
import { getRelease, listReleases } from '../src/registry/releases.ts';
import { listSteps } from '../src/registry/steps.ts';
import { listRevisions, readAssignment } from '../src/registry/traffic.ts';
import { listVersions } from '../src/registry/versions.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { exampleRows, Traffic } from './traffic.ts';

let pawl: RunningPawl | undefined;
let traffic: Traffic | undefined;

afterEach(async () => {
  await traffic?.stop();
  traffic = undefined;
  await pawl?.stop();
  pawl = undefined;
});

async function firstVersion(...set: string[]): Promise<RunningPawl> {
  const running = await RunningPawl.start({ example: 'electricity' });
  pawl = running;
  await running.apply(...quickRollout, ...set);
  await running.done('release', running.model, '--reason', 'first version', '--wait');
  return running;
}

/** Starts a release and gives its id at once. */
async function startRelease(running: RunningPawl, ...options: string[]): Promise<string> {
  const answer = (await running.done('release', running.model, '--reason', 'to be interrupted', ...options)) as {
    release: string;
  };
  return answer.release;
}

const ended = (running: RunningPawl, id: string) =>
  until(`${id} has ended`, async () => (await getRelease(running.registry, id)).outcome !== null, { seconds: 120 });

describe('a killed process', () => {
  it('workerKilledDuringIngest: another worker does the ingest, and the release ends as it would have', async () => {
    const running = await RunningPawl.start({ example: 'electricity' });
    pawl = running;
    await running.apply(...quickRollout);
    const started = startRelease(running);
    // Looked for at once: by the time that the command has answered, the ingest may be over.
    await until(
      'the release is in ingest',
      async () => (await listReleases(running.registry, running.model))[0]?.stage === 'ingest',
    );
    await running.kill('pipeline');
    await running.startProcess('pipeline', 'pipeline 2');
    const id = await started;
    await ended(running, id);
    expect(await getRelease(running.registry, id)).toMatchObject({ outcome: 'promoted', version: 1 });
    expect(await listVersions(running.registry, running.model)).toHaveLength(1);
  }, 180_000);

  it('trainerKilledDuringTraining: another one goes on from the checkpoint, and one version is registered', async () => {
    const running = await RunningPawl.start({ example: 'electricity', processes: ['pipeline', 'gateway', 'training'] });
    pawl = running;
    // Some seconds at least: a checkpoint comes after two.
    await running.apply(...quickRollout, 'training.params.trees=20000');
    const id = await startRelease(running);
    const checkpoint = `checkpoints/${id}/`;
    await until('a checkpoint is there', async () => (await running.store.list(checkpoint)).length > 0);
    await running.kill('training');
    await running.startProcess('training', 'training 2');
    await ended(running, id);
    expect(await getRelease(running.registry, id)).toMatchObject({ outcome: 'promoted', version: 1 });
    expect(readFileSync(join(running.folder, 'training 2.log'), 'utf8')).toMatch(/training goes on from its checkpoint/);
    expect(await running.store.list(checkpoint)).toEqual([]);
    const attempts = (await listSteps(running.registry, id)).filter(({ step }) => step === 'train');
    expect(attempts.map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, 'running'],
      [2, 'done'],
    ]);
    expect(await listVersions(running.registry, running.model)).toHaveLength(1);
    await record(running.client, 'release', workflowId.release(running.model), 'resumed');
  }, 240_000);

  it('workerKilledDuringRamp: the share lapses or is kept by the next worker, no caller sees a failure, and the rollout ends', async () => {
    const running = await firstVersion('release.step.for=3s', 'release.lease=4s', 'release.lapses=5');
    traffic = new Traffic(running, await exampleRows('electricity', 300)).start(60);
    const id = await startRelease(running, '--override-gates');
    await until('the ramp has begun', async () => ((await readAssignment(running.registry, running.model))?.share ?? 0) > 0);
    await running.kill('pipeline');
    await until('every caller is back with the champion', async () =>
      (await answeredBy(running)).every((version) => version === 1),
    );
    await running.startProcess('pipeline', 'pipeline 2');
    await ended(running, id);
    expect(await getRelease(running.registry, id)).toMatchObject({ outcome: 'promoted', version: 2 });
    await record(running.client, 'rollout', workflowId.rollout(running.model), 'lapsed');
    expect(traffic.failures).toEqual([]);
  }, 240_000);
});

describe('a stopped server', () => {
  it('postgresStoppedDuringRamp: the gateway answers every request, and the rollout goes on when Postgres is back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pawl-test-postgres-'));
    const port = await freePort();
    const start = () => startPostgres({ directory: join(folder, 'data'), port, logFile: join(folder, 'postgres.log') });
    let postgres = await start();
    try {
      const registryUrl = `${postgres.url}/pawl`;
      await createDatabaseIfMissing(postgres.url, 'pawl');
      const registry = openRegistry(registryUrl);
      await migrate(registry);
      await registry.close();
      const running = await RunningPawl.start({ example: 'electricity', registryUrl });
      pawl = running;
      await running.apply(...quickRollout, 'release.step.for=3s', 'release.lease=3s', 'release.lapses=10');
      await running.done('release', running.model, '--reason', 'first version', '--wait');
      const callers = new Traffic(running, await exampleRows('electricity', 300)).start(50);
      traffic = callers;
      const id = await startRelease(running, '--override-gates');
      await until('the ramp has begun', async () => ((await readAssignment(running.registry, running.model))?.share ?? 0) > 0);

      await postgres.process.stop(10_000);
      const sent = callers.sent;
      // Longer than the lease: the share must be gone although nobody can say so.
      await until('250 more requests were sent', () => Promise.resolve(callers.sent > sent + 250));
      expect((await answeredBy(running)).every((version) => version === 1)).toBe(true);
      postgres = await start();

      await ended(running, id);
      expect(await getRelease(running.registry, id)).toMatchObject({ outcome: 'promoted', version: 2 });
      expect(callers.failures).toEqual([]);
    } finally {
      await traffic?.stop();
      await pawl?.stop();
      [traffic, pawl] = [undefined, undefined];
      await postgres.process.stop(10_000);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);
});

describe('a terminated workflow', () => {
  it('rolloutTerminated: the champion answers everything again when the lease ends', async () => {
    const running = await firstVersion('release.step.for=1h', 'release.lease=3s');
    traffic = new Traffic(running, await exampleRows('electricity', 300)).start(40);
    const id = await startRelease(running, '--override-gates');
    await until(
      'the challenger has a share',
      async () => ((await readAssignment(running.registry, running.model))?.share ?? 0) > 0,
    );
    await running.client.workflow.getHandle(workflowId.rollout(running.model)).terminate('pulled by hand');
    await until(
      'the lease has run out',
      async () => ((await readAssignment(running.registry, running.model))?.leaseRemainingMs ?? 0) === 0,
    );
    await until('every caller is back with the champion', async () =>
      (await answeredBy(running)).every((version) => version === 1),
    );
    await ended(running, id);
    expect(traffic.failures).toEqual([]);
  }, 180_000);

  it('releaseTerminated: the next release starts, and the lost one is closed with the reason', async () => {
    const running = await RunningPawl.start({ example: 'electricity', processes: ['pipeline', 'gateway'] });
    pawl = running;
    await running.apply(...quickRollout, 'monitor.every=1s');
    const lost = await startRelease(running);
    const waits = async () =>
      (await running.client.workflow.getHandle(workflowId.release(running.model)).describe()).raw.pendingActivities;
    await until(
      'it waits for a training worker',
      async () => (await waits())?.some((activity) => activity.activityType?.name === 'train') === true,
    );
    await running.client.workflow.getHandle(workflowId.release(running.model)).terminate('pulled by hand');
    await ended(running, lost);
    expect((await getRelease(running.registry, lost)).because).toMatch(/terminated or lost/);
    await running.startProcess('training');
    const result = await running.done('release', running.model, '--reason', 'the next one', '--wait');
    expect(result).toMatchObject({ outcome: 'promoted', release: `${running.model}/2` });
    expect(await listReleases(running.registry, running.model)).toHaveLength(2);
    await record(running.client, 'monitor', workflowId.monitor(running.model), 'lost-release');
  }, 180_000);
});

describe('a rollback', () => {
  it('without Temporal: --break-glass takes the traffic, and the rollout that was running loses its right to write', async () => {
    const running = await firstVersion('release.step.for=1h');
    traffic = new Traffic(running, await exampleRows('electricity', 300)).start(40);
    const id = await startRelease(running, '--override-gates');
    await until('the ramp has begun', async () => ((await readAssignment(running.registry, running.model))?.share ?? 0) > 0);
    const elsewhere = { ...running.environment, PAWL_TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { code, value } = await runPawl(elsewhere, [
      'rollback',
      running.model,
      '--break-glass',
      '--reason',
      'now',
      '--by',
      'ada',
    ]);
    expect({ code, value }).toMatchObject({ code: 0, value: { action: 'rollback' } });
    await ended(running, id);
    expect(await getRelease(running.registry, id)).toMatchObject({ outcome: 'rolled_back' });
    await record(running.client, 'rollout', workflowId.rollout(running.model), 'superseded');
    const last = (await listRevisions(running.registry, running.model)).at(-1);
    expect(last).toMatchObject({ champion: 1, challenger: null });
    expect((await answeredBy(running)).every((version) => version === 1)).toBe(true);
  }, 180_000);
});

/** Who answers 50 different callers now. */
async function answeredBy(running: RunningPawl): Promise<(number | null)[]> {
  const row = (await exampleRows('electricity', 1))[0]?.row ?? {};
  return Promise.all(Array.from({ length: 50 }, async (_, i) => (await running.predict(row, `probe-${i}`)).version));
}
