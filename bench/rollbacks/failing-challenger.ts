import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { startWorker } from '../../infra/dev/worker-process.ts';
import { findProgram } from '../../infra/programs/find.ts';
import type { Say } from '../../infra/programs/program.ts';
import { temporalCli } from '../../infra/programs/temporal-cli.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { startTemporal } from '../../infra/servers/temporal-server.ts';
import { taskQueues } from '../../src/messages/names.ts';
import { TransientError } from '../../src/errors.ts';
import type { RolloutInput, RolloutResult } from '../../src/messages/release.ts';
import { openRegistry, type Registry } from '../../src/registry/registry.ts';
import { getSpec } from '../../src/registry/specs.ts';
import { listRevisions } from '../../src/registry/traffic.ts';
import { policyOf, type RolloutPolicy } from '../../src/rollout/state.ts';
import { BenchRegistry } from '../serving/bench-registry.ts';
import { Callers } from './callers.ts';
import { firstColumnModel } from './failing-model.ts';

/** One rollout that ended because its challenger began to fail; ms after its first error. */
export interface Rollback {
  /** Of the callers, that the challenger answered. */
  readonly share: number;
  /** Of the rows, on which it failed. */
  readonly failing: number;
  /** Until the revision was written that takes it back. */
  readonly decided: number;
  /** Until each gateway said that it has it in force, and until the challenger gave its last answer. */
  readonly everywhere: number;
  readonly lastAnswer: number;
  /** Of all requests, those that no version answered. */
  readonly unanswered: number;
  readonly because: string;
}

export interface Failure {
  readonly share: number;
  readonly failing: number;
}

const taskQueue = 'bench';
const gateways = 2;
const requestsPerSecond = 200;
/** How long all is well in the step, ms. */
const calm = 8000;
const latest = 120_000;

/**
 * Real rollouts, each by a workflow of its own: Temporal, Postgres, a worker and two gateways as they are shipped, with their own
 * settings and the policy that a model has by default, but for its times.
 */
export async function failingChallengers(directory: string, failures: readonly Failure[], say: Say): Promise<Rollback[]> {
  const endings: (() => Promise<unknown>)[] = [];
  try {
    const bench = await BenchRegistry.start(directory);
    endings.push(() => bench.close());
    const registry = openRegistry(bench.url);
    endings.push(() => registry.close());
    const champion = await bench.register(firstColumnModel(false), 1);
    const challenger = await bench.register(firstColumnModel(true), 2);
    await bench.setTraffic({ champion, challenger: null });
    await bench.lead(champion);

    const temporal = await startTemporal({
      executable: await findProgram(temporalCli(), { say }),
      port: await freePort(),
      uiPort: null,
      databaseFile: null,
      logFile: path.join(directory, 'temporal.log'),
    });
    endings.push(() => temporal.process.stop(10_000));
    const connection = await Connection.connect({ address: temporal.address });
    endings.push(() => connection.close());
    const common = {
      PAWL_REGISTRY_URL: bench.url,
      PAWL_STORE_URL: pathToFileURL(bench.storeDirectory).href,
      PAWL_TEMPORAL_ADDRESS: temporal.address,
      PAWL_TASK_QUEUE: taskQueue,
    };
    const urls: string[] = [];
    for (const name of ['pipeline', ...Array.from({ length: gateways }, (_, i) => `gateway-${i + 1}`)]) {
      const port = await freePort();
      const kind = name === 'pipeline' ? name : 'gateway';
      const environment = {
        ...common,
        PAWL_GATEWAY_PORT: String(port),
        PAWL_GRPC_PORT: '0',
        PAWL_SPOOL_DIR: path.join(directory, 'spool', name),
      };
      const started = await startWorker({
        name,
        kind,
        environment,
        logFile: path.join(directory, `${name}.log`),
        signal: new AbortController().signal,
      });
      endings.push(() => started.stop(8000));
      if (kind === 'gateway') urls.push(`http://127.0.0.1:${port}/v1/models/${bench.model}/predict`);
    }
    await bench.untilLoaded(gateways, [champion]);
    const { spec } = await getSpec(registry, bench.model);
    const stage: Stage = { bench, registry, client: new Client({ connection }), champion, challenger, urls };
    const found: Rollback[] = [];
    for (const failure of failures) {
      const one = await rollBack(stage, failure, policyOf(spec.release));
      say(`  ${one.because}`);
      say(`  decided ${one.decided} ms after the first error, in force everywhere after ${one.everywhere} ms`);
      found.push(one);
    }
    return found;
  } catch (error) {
    say(readFileSync(path.join(directory, 'pipeline.log'), 'utf8').slice(-3000));
    throw error;
  } finally {
    for (const ending of endings.toReversed()) await ending().catch(() => undefined);
  }
}

interface Stage {
  readonly bench: BenchRegistry;
  readonly registry: Registry;
  readonly client: Client;
  readonly champion: number;
  readonly challenger: number;
  readonly urls: readonly string[];
}

async function rollBack(stage: Stage, { share, failing }: Failure, usual: RolloutPolicy): Promise<Rollback> {
  const { bench, registry, client, champion, challenger, urls } = stage;
  const { model } = bench;
  const policy = {
    ...usual,
    shadow: { ...usual.shadow, for: 1000 },
    ramp: [share, 1],
    step: { ...usual.step, for: latest, at_most: latest },
  };
  const input: RolloutInput = { model, release: `${model}/${challenger}`, version: challenger, champion, policy };
  const callers = new Callers(urls, challenger).start(requestsPerSecond);
  try {
    const rollout = await client.workflow.start<(input: RolloutInput) => Promise<RolloutResult>>('rollout', {
      workflowId: `rollout/${model}`,
      taskQueue: taskQueues(taskQueue).pipeline,
      args: [input],
    });
    const newest = async () => (await listRevisions(registry, model)).at(-1);
    await until(async () => (await newest())?.share === share);
    const step = (await newest())?.revision ?? 0;
    await until(() => inForce(bench, step));
    await wait(calm);
    callers.failing = failing;
    await until(() => Promise.resolve(callers.firstError !== null));
    await until(async () => (await newest())?.challenger === null);
    const last = await newest();
    await until(() => inForce(bench, last?.revision ?? 0));
    const everywhere = Date.now();
    const { because } = await rollout.result();
    await wait(1000);
    const first = callers.firstError ?? NaN;
    return {
      share,
      failing,
      decided: (last?.writtenAt.getTime() ?? NaN) - first,
      everywhere: everywhere - first,
      lastAnswer: (callers.lastOfChallenger ?? NaN) - first,
      unanswered: callers.unanswered,
      because,
    };
  } finally {
    await callers.stop();
  }
}

async function inForce(bench: BenchRegistry, revision: number): Promise<boolean> {
  const reports = await bench.gateways();
  return reports.length >= gateways && reports.every((one) => (one.revision ?? -1) >= revision);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  // On a machine that is busy with other things a connection may time out: the next look tells.
  const holds = () => condition().catch((error: unknown) => unlessTransient(error));
  for (const end = performance.now() + latest; !(await holds()); await wait(10))
    if (performance.now() > end) throw new Error('The rollout does not come to an end.');
}

function unlessTransient(error: unknown): false {
  if (error instanceof TransientError) return false;
  throw error;
}
