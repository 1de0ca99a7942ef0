import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { developmentKeys } from '../../src/attestation/development-keys.ts';
import { FinalError, PawlError } from '../../src/errors.ts';
import { migrate } from '../../src/registry/migrate.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import { findProgram } from '../programs/find.ts';
import type { Say } from '../programs/program.ts';
import { temporalCli } from '../programs/temporal-cli.ts';
import { createDatabaseIfMissing, startPostgres } from '../servers/postgres-server.ts';
import { startTemporal } from '../servers/temporal-server.ts';
import { DevFolder } from './folder.ts';
import { choosePorts, type Ports } from './ports.ts';
import { SupervisedPart } from './supervised-part.ts';
import { startWorker } from './worker-process.ts';

export interface DevStackOptions {
  /** Where its state and its logs live; a second start there goes on where the first stopped. Default `.pawl`. */
  readonly directory?: string;
  /** Training workers. Default 1. */
  readonly trainers?: number;
  readonly ports?: Partial<Ports>;
  /** Default `refuse`: one clear error. `move`: another free port is as good. */
  readonly whenPortTaken?: 'refuse' | 'move';
  /** Only Postgres and Temporal, for somebody who runs pawl's own processes by hand. */
  readonly serversOnly?: boolean;
  /** More PAWL_* variables for the processes. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly say: Say;
  /** With which this process ends after SIGINT or SIGTERM stopped the stack. Default 130, 143. */
  readonly exitCode?: number;
}

export interface DevProcess {
  readonly name: string;
  /** null while it is being started again. */
  readonly pid: number | null;
  readonly restarts: number;
}

export interface DevStack {
  /** The PAWL_* variables that every process of the stack, the CLI too, works with. */
  readonly environment: Readonly<Record<string, string>>;
  /** URLs for people. */
  readonly addresses: { readonly gateway: string; readonly temporal: string; readonly temporalUi: string; readonly logs: string };
  readonly processes: readonly DevProcess[];
  /** A sentence on which process that id is (or was), and who else does its work. */
  describe(pid: number): string;
  /** Stops everything in order; again at once. */
  stop(): Promise<void>;
  /** Resolves when the stack has stopped, by whomever. */
  readonly stopped: Promise<void>;
}

/**
 * Starts all of pawl on this machine: Postgres, Temporal with its UI, objects in a folder, the workers and the gateway.
 * Parts that end by themselves are started again. SIGINT and SIGTERM stop everything and then end this process.
 * @throws FinalError PAWL_DEV_RUNNING, PAWL_PORT_TAKEN, PAWL_PROGRAM_MISSING, PAWL_DEV_PART_FAILED; nothing is left running.
 */
export async function startDevStack(options: DevStackOptions): Promise<DevStack> {
  const { say } = options;
  const folder = new DevFolder(options.directory ?? '.pawl');
  folder.acquire();

  const aborted = new AbortController();
  const servers: SupervisedPart[] = [];
  const workers: SupervisedPart[] = [];
  const seen = new Map<number, string>();

  let stopping: Promise<void> | null = null;
  const stop = (graceMs = 15_000) => {
    aborted.abort(new Error('The dev stack was stopped.'));
    return (stopping ??= stopAll(graceMs));
  };
  const end = new AbortController();
  const stopped = once(end.signal, 'abort').then(() => undefined);
  async function stopAll(graceMs: number): Promise<void> {
    // Workers finish and hand in what they hold while the servers are still there; Temporal goes before its clients' store.
    await Promise.all(workers.map((part) => part.stop(graceMs)));
    for (const part of servers.toReversed()) await part.stop(graceMs);
    folder.release();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    end.abort();
  }
  function onSignal(signal: NodeJS.Signals): void {
    if (stopping !== null) {
      // Asked a second time: nothing is waited for any more.
      for (const impatient of [...workers, ...servers]) void impatient.stop(0);
      return;
    }
    say(`${signal}: stopping everything …`);
    void stop().finally(() => process.exit(options.exitCode ?? (signal === 'SIGINT' ? 130 : 143)));
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

  const part = async (
    list: SupervisedPart[],
    name: string,
    launch: ConstructorParameters<typeof SupervisedPart>[0]['launch'],
  ) => {
    aborted.signal.throwIfAborted();
    folder.rotateLog(name);
    const supervised = new SupervisedPart({
      name,
      launch,
      say,
      onStarted: (pid) => {
        seen.set(pid, name);
        folder.remember(name, pid);
      },
    });
    list.push(supervised);
    const started = performance.now();
    try {
      await supervised.start();
    } catch (error) {
      aborted.signal.throwIfAborted();
      throw new FinalError('PAWL_DEV_PART_FAILED', error instanceof Error ? error.message : String(error), { cause: error });
    }
    say(`${name} is ready (${((performance.now() - started) / 1000).toFixed(1)} s).`);
  };

  try {
    await folder.clearLeftovers(say);
    const ports = await choosePorts({
      env: process.env,
      whenTaken: options.whenPortTaken ?? 'refuse',
      ...(options.ports === undefined ? {} : { ports: options.ports }),
    });
    const executable = await findProgram(temporalCli(), { say, signal: aborted.signal });

    let registryUrl = '';
    await Promise.all([
      part(servers, 'postgres', async (signal) => {
        const logFile = folder.logFile('postgres');
        const { process: started, url } = await startPostgres({
          directory: folder.subfolder('postgres'),
          port: ports.postgres,
          logFile,
          signal,
        });
        registryUrl = `${url}/pawl`;
        await createDatabaseIfMissing(url, 'pawl');
        return started;
      }),
      part(servers, 'temporal', async (signal) => {
        const databaseFile = path.join(folder.subfolder('temporal'), 'temporal.db');
        const logFile = folder.logFile('temporal');
        return (
          await startTemporal({ executable, port: ports.temporal, uiPort: ports.temporalUi, databaseFile, logFile, signal })
        ).process;
      }),
    ]);
    for (const applied of await migrateRegistry(registryUrl)) say(`Registry: applied ${applied}.`);

    const keys = developmentKeys(folder.subfolder('keys'));
    const environment = {
      PAWL_REGISTRY_URL: registryUrl,
      PAWL_STORE_URL: pathToFileURL(folder.subfolder('objects')).href,
      PAWL_TEMPORAL_ADDRESS: `127.0.0.1:${String(ports.temporal)}`,
      PAWL_TEMPORAL_NAMESPACE: 'default',
      PAWL_TASK_QUEUE: 'pawl',
      PAWL_GATEWAY_HOST: '127.0.0.1',
      PAWL_GATEWAY_PORT: String(ports.gateway),
      PAWL_GRPC_PORT: String(ports.grpc),
      PAWL_SPOOL_DIR: folder.subfolder('spool'),
      PAWL_SIGNING_KEY_FILE: keys.signing,
      PAWL_TRUSTED_KEYS: keys.trusted,
      // One port is not enough for all of them: each worker takes its own, and names it in its log.
      ...(process.env['PAWL_METRICS_PORT'] === undefined ? {} : { PAWL_METRICS_PORT: '0' }),
      ...options.environment,
    };
    if (options.serversOnly !== true) {
      const worker = (name: string, kind: 'pipeline' | 'training' | 'gateway') =>
        part(workers, name, (signal) => startWorker({ name, kind, environment, logFile: folder.logFile(name), signal }));
      const trainers = Array.from({ length: options.trainers ?? 1 }, (_, index) => `training-${String(index + 1)}`);
      await Promise.all([
        worker('pipeline', 'pipeline'),
        ...trainers.map((name) => worker(name, 'training')),
        worker('gateway', 'gateway'),
      ]);
    }
    folder.writeEnvironment(environment);

    return {
      environment,
      addresses: {
        gateway: `http://127.0.0.1:${String(ports.gateway)}`,
        temporal: environment.PAWL_TEMPORAL_ADDRESS,
        temporalUi: `http://127.0.0.1:${String(ports.temporalUi)}`,
        logs: path.dirname(folder.logFile('any')),
      },
      get processes() {
        return [...servers, ...workers].map(({ name, pid, restarts }) => ({ name, pid, restarts }));
      },
      describe: (pid) => describe(pid, seen.get(pid), workers),
      stop: () => stop(),
      stopped,
    };
  } catch (error) {
    if (stopping !== null) {
      // A signal during the start: its handler stops everything and ends the process.
      await stopped;
      return await new Promise(() => undefined);
    }
    await stop();
    throw error instanceof PawlError
      ? error
      : new FinalError('PAWL_DEV_PART_FAILED', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function migrateRegistry(url: string): Promise<string[]> {
  const registry = openRegistry(url);
  try {
    return await migrate(registry);
  } finally {
    await registry.close();
  }
}

function describe(pid: number, name: string | undefined, workers: readonly SupervisedPart[]): string {
  if (name === undefined) return 'it is no process of this stack';
  const kind = name.replace(/-\d+$/, '');
  const others = workers.filter(
    (part) => part.name !== name && part.name.replace(/-\d+$/, '') === kind && part.pid !== null && part.pid !== pid,
  );
  const rest =
    others.length === 0
      ? 'nobody else does its work until it is started again'
      : `${others.map((part) => part.name).join(' and ')} can carry on`;
  return `it was ${name}; ${rest}`;
}
