import { mkdtempSync, rmSync, cpSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dependencies } from '../activities/dependencies.ts';
import { failureInterceptor } from '../activities/failures.ts';
import { createPipelineActivities, createTrainingActivities } from '../activities/pipeline.ts';
import { taskQueues, workflowId } from '../src/messages/names.ts';
import type { ReleaseInput, ReleaseResult } from '../src/messages/release.ts';
import { packageFile } from '../src/package-root.ts';
import { reportGateway } from '../src/registry/gateways.ts';
import { listReleases } from '../src/registry/releases.ts';
import { openRegistry } from '../src/registry/registry.ts';
import { applySpec } from '../src/registry/specs.ts';
import { listRevisions, readAssignment } from '../src/registry/traffic.ts';
import { writeWindows } from '../src/registry/windows.ts';
import { noErrors } from '../src/serving/errors-by-key.ts';
import { segmentKeyAt } from '../src/serving/segment-key.ts';
import { specDigest } from '../src/spec/digest.ts';
import { parseSpec } from '../src/spec/parse.ts';
import { setValues } from '../src/spec/set.ts';
import { folderStore } from '../src/storage/folder-store.ts';
import { workflowCode } from '../workers/worker.ts';
import { until } from './running-pawl.ts';
import { segmentOf } from './serving/segment-of.ts';
import { createDatabase } from './stack/postgres.ts';
import { startTestServer } from './stack/time-skipping.ts';

const model = 'electricity';
const hour = 3_600_000;

/** A day's canary, decided on what this gateway reports: it writes windows and pairs for each look, as of the skipped clock. */
class ReportingGateway {
  readonly #dependencies: Omit<Dependencies, 'clock'>;
  #looks = 0;

  constructor(dependencies: Omit<Dependencies, 'clock'>) {
    this.#dependencies = dependencies;
  }

  async report(now: number): Promise<void> {
    const { registry, store } = this.#dependencies;
    const traffic = await readAssignment(registry, model);
    if (traffic?.champion == null) return;
    const { revision, champion, challenger } = traffic;
    const versions = [champion, challenger].flatMap((side) => (side === null ? [] : [side.version]));
    const process = 'gateway-of-the-test';
    await reportGateway(registry, { process, address: 'none', model, revision, versions });
    this.#looks++;
    await writeWindows(
      registry,
      versions.map((version) => ({
        process,
        model,
        version,
        revision,
        role: version === champion.version ? ('champion' as const) : ('challenger' as const),
        startedAt: new Date(now),
        lengthMs: 60_000,
        requests: 100,
        callerFaults: 0,
        errors: 0,
        fallbacks: 0,
        rows: 100,
        errorsByKey: noErrors,
        latency: { zeros: 0, buckets: [1], counts: [100] },
        score: [],
        features: [],
        cpuMicros: 2000,
        scoredRows: 100,
        memoryBytes: 1e6,
      })),
    );
    if (challenger === null) return;
    const pair = (version: number, n: number) => ({
      id: `${this.#looks}-${n}`,
      model,
      version,
      revision,
      role: 'shadow' as const,
      key: null,
      at: now,
      score: 0.7,
      prediction: '1',
    });
    const rows = Array.from({ length: 5 }, (_, n) => versions.map((version) => pair(version, n))).flat();
    await store.put(`${segmentKeyAt(model, now)}-test-${this.#looks}.parquet`, segmentOf(rows));
  }
}

describe('a release in skipped time', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-skipped-'));
  let environment: TestWorkflowEnvironment;
  let dependencies: Dependencies;
  let workers: Worker[];
  let running: Promise<unknown>;
  const queues = taskQueues('skipped');

  beforeAll(async () => {
    environment = await startTestServer();
    cpSync(packageFile('examples/electricity'), join(folder, 'example'), { recursive: true });
    const without = {
      registry: openRegistry(await createDatabase()),
      store: folderStore(join(folder, 'store')),
      logger: pino({ level: 'silent' }),
      lookEvery: hour / 4,
    };
    const gateway = new ReportingGateway(without);
    dependencies = {
      ...without,
      clock: {
        now: () => environment.currentTimeMs(),
        async sleep(ms) {
          await environment.sleep(ms);
          await gateway.report(await environment.currentTimeMs());
        },
      },
    };
    const settings = [
      'release.approval=required',
      'release.shadow.for=2h',
      'release.step.for=6h',
      'release.bake=2h',
      'release.lease=2h',
    ];
    const source = setValues(readFileSync(join(folder, 'example', 'pawl.yaml'), 'utf8'), settings);
    const spec = parseSpec(source, 'pawl.yaml');
    await applySpec(dependencies.registry, {
      spec,
      digest: specDigest(spec),
      source,
      baseDirectory: join(folder, 'example'),
      by: 'test',
    });
    const shared = {
      connection: environment.nativeConnection,
      interceptors: { activity: [failureInterceptor] },
      // Heartbeats are throttled by the real clock; the skipped one would call the guard dead meanwhile.
      maxHeartbeatThrottleInterval: '1ms',
      defaultHeartbeatThrottleInterval: '1ms',
    } satisfies Partial<WorkerOptions>;
    workers = [
      await Worker.create({
        ...shared,
        taskQueue: queues.pipeline,
        activities: createPipelineActivities(dependencies),
        ...workflowCode(),
      }),
      await Worker.create({ ...shared, taskQueue: queues.training, activities: createTrainingActivities(dependencies) }),
    ];
    running = Promise.all(workers.map((worker) => worker.run()));
  }, 300_000);

  afterAll(async () => {
    for (const worker of workers ?? []) worker.shutdown();
    await running;
    await dependencies?.registry.close();
    await environment?.teardown();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function release(id: string, overrideGates: boolean): Promise<{ result: ReleaseResult; events: number; days: number }> {
    const { client } = environment;
    const input: ReleaseInput = { model, trigger: { id, kind: 'person', because: id, by: 'ada' }, overrideGates };
    const handle = await client.workflow.start('release', {
      workflowId: workflowId.release(model),
      taskQueue: queues.pipeline,
      args: [input],
    });
    // Real work takes real time: nothing may be skipped before there is nothing left but to wait.
    await until(
      'it waits for approval',
      async () => (await listReleases(dependencies.registry, model)).at(-1)?.stage === 'approval',
    );
    await environment.sleep('3 days');
    await handle.signal('approve', { by: 'grace', reason: 'the numbers hold' });
    const result = (await handle.result()) as ReleaseResult;
    const { startTime, closeTime } = await handle.describe();
    const events = (await handle.fetchHistory()).events?.length ?? Infinity;
    const rollout = await client.workflow.getHandle(workflowId.rollout(model)).fetchHistory();
    return {
      result,
      events: events + (rollout.events?.length ?? Infinity),
      days: ((closeTime?.getTime() ?? 0) - startTime.getTime()) / (24 * hour),
    };
  }

  it('waits three days for its approval and a day for its canary, and ends in fewer than 200 events', async () => {
    const first = await release('the first version', false);
    expect(first.result).toMatchObject({ outcome: 'promoted', version: 1 });
    const second = await release('the second version', true);
    expect(second.result).toMatchObject({ outcome: 'promoted', version: 2 });
    expect(second.days).toBeGreaterThan(4);
    expect(second.events).toBeLessThan(200);
    const shares = (await listRevisions(dependencies.registry, model))
      .filter((revision) => revision.challenger === 2)
      .map((revision) => revision.share);
    expect(shares).toEqual([0, 0.05, 0.25, 0.5, 1, 1]);
  }, 240_000);
});
