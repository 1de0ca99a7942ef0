import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { LeashedProcess } from '../infra/processes/leashed.ts';
import type { CommandResult } from '../infra/processes/pawl-command.ts';
import { runPawl } from '../infra/processes/pawl-command.ts';
import { freePort } from '../infra/servers/free-port.ts';
import { developmentKeys } from '../src/attestation/development-keys.ts';
import { packageFile } from '../src/package-root.ts';
import type { Registry } from '../src/registry/registry.ts';
import { openRegistry } from '../src/registry/registry.ts';
import type { ObjectStore } from '../src/storage/object-store.ts';
import { openStore } from '../src/storage/open-store.ts';
import { createDatabase } from './stack/postgres.ts';

export type ProcessName = 'pipeline' | 'training' | 'gateway';

/** A rollout in seconds, for tests that want its course and not its length. */
export const quickRollout = [
  'release.shadow.for=1s',
  'release.step.for=1s',
  'release.step.at_least=20 requests',
  'release.bake=1s',
  'release.lease=6s',
];

/**
 * pawl's own processes, as built, against the run's real servers: a database, a store folder, a task queue and a model name
 * of its own for each test.
 */
export class RunningPawl {
  readonly model: string;
  readonly folder: string;
  readonly environment: Record<string, string>;
  readonly registry: Registry;
  readonly store: ObjectStore;
  readonly client: Client;
  readonly gateway: string;
  readonly #processes = new Map<string, LeashedProcess>();

  private constructor(
    parts: Pick<RunningPawl, 'model' | 'folder' | 'environment' | 'registry' | 'store' | 'client' | 'gateway'>,
  ) {
    this.model = parts.model;
    this.folder = parts.folder;
    this.environment = parts.environment;
    this.registry = parts.registry;
    this.store = parts.store;
    this.client = parts.client;
    this.gateway = parts.gateway;
  }

  /** Copies an example and starts the processes asked for. `registryUrl`: a Postgres of the test's own; `environment`: more for them. */
  static async start(options: {
    example: string;
    processes?: readonly ProcessName[];
    registryUrl?: string;
    environment?: Readonly<Record<string, string>>;
  }): Promise<RunningPawl> {
    const model = `${options.example}-${randomBytes(4).toString('hex')}`;
    const folder = mkdtempSync(join(tmpdir(), 'pawl-test-'));
    cpSync(packageFile(`examples/${options.example}`), join(folder, 'example'), { recursive: true });
    mkdirSync(join(folder, 'store'));
    const port = await freePort();
    const keys = developmentKeys(folder);
    const environment = {
      PAWL_REGISTRY_URL: options.registryUrl ?? (await createDatabase()),
      PAWL_STORE_URL: pathToFileURL(join(folder, 'store')).href,
      PAWL_TEMPORAL_ADDRESS: inject('temporalAddress'),
      PAWL_TASK_QUEUE: model,
      PAWL_GATEWAY_PORT: String(port),
      PAWL_GRPC_PORT: '0',
      PAWL_SPOOL_DIR: join(folder, 'spool'),
      PAWL_SEGMENT_MS: '300',
      PAWL_WINDOW_MS: '300',
      PAWL_SIGNING_KEY_FILE: keys.signing,
      PAWL_TRUSTED_KEYS: keys.trusted,
      PAWL_ATTESTATIONS: 'required',
      ...options.environment,
    };
    const connection = await Connection.connect({ address: environment.PAWL_TEMPORAL_ADDRESS });
    const pawl = new RunningPawl({
      model,
      folder,
      environment,
      registry: openRegistry(environment.PAWL_REGISTRY_URL),
      store: openStore(environment.PAWL_STORE_URL),
      client: new Client({ connection }),
      gateway: `http://127.0.0.1:${port}`,
    });
    await Promise.all((options.processes ?? ['pipeline', 'training', 'gateway']).map((name) => pawl.startProcess(name)));
    return pawl;
  }

  /** Starts one process and waits until it is ready. `as`: a name of its own for a second one of a kind. */
  async startProcess(name: ProcessName, as: string = name): Promise<LeashedProcess> {
    const logFile = join(this.folder, `${as}.log`);
    const child = await LeashedProcess.start({
      command: process.execPath,
      args: [packageFile(`dist/workers/${name}.js`)],
      env: { ...process.env, ...this.environment },
      logFile,
      stopSignal: 'SIGTERM',
    });
    this.#processes.set(as, child);
    const ready =
      name === 'gateway'
        ? async () => (await fetch(`${this.gateway}/healthz`).catch(() => null))?.ok === true
        : () => Promise.resolve(/"msg":"ready"/.test(readFileSync(logFile, 'utf8')));
    await until(`${as} is ready`, ready, { alive: () => child.running, log: () => readFileSync(logFile, 'utf8') });
    return child;
  }

  process(name: string): LeashedProcess {
    const child = this.#processes.get(name);
    if (child === undefined) throw new Error(`${name} was not started`);
    return child;
  }

  /** SIGKILL: no chance to say good-bye. */
  async kill(name: string): Promise<void> {
    const child = this.process(name);
    process.kill(child.pid, 'SIGKILL');
    await child.exited;
    this.#processes.delete(name);
  }

  run(...args: string[]): Promise<CommandResult> {
    return runPawl(this.environment, args, this.folder);
  }

  /** As `run`, but an exit code other than 0 is an error. */
  async done(...args: string[]): Promise<unknown> {
    const { code, value, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`pawl ${args.join(' ')} ended with ${code}\n${stderr}${JSON.stringify(value)}`);
    return value;
  }

  /** Applies the example's pawl.yaml under this test's model name. */
  apply(...set: string[]): Promise<unknown> {
    return this.done(
      'apply',
      join(this.folder, 'example', 'pawl.yaml'),
      ...[`model=${this.model}`, ...set].flatMap((value) => ['--set', value]),
    );
  }

  async predict(
    row: Readonly<Record<string, unknown>>,
    key: string,
    segment?: string,
  ): Promise<{ status: number; version: number | null; id: string | null }> {
    const response = await fetch(`${this.gateway}/v1/models/${this.model}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ row, key, segment }),
    });
    const body = (await response.json()) as { predictions?: { id: string; version: number }[] };
    return { status: response.status, version: body.predictions?.[0]?.version ?? null, id: body.predictions?.[0]?.id ?? null };
  }

  /** The challenger's share as the gateway itself gives it, a moment after the registry; undefined where it does not serve the model. */
  async shareInForce(): Promise<number | undefined> {
    const answer = await fetch(`${this.gateway}/v1/models`);
    const { models } = (await answer.json()) as { models: { model: string; shareInForce: number }[] };
    return models.find(({ model }) => model === this.model)?.shareInForce;
  }

  async stop(): Promise<void> {
    for (const kind of ['monitor', 'release', 'rollout']) {
      await this.client.workflow
        .getHandle(`${kind}/${this.model}`)
        .terminate('the test is over')
        .catch(() => undefined);
    }
    await Promise.all([...this.#processes.values()].map((child) => child.stop(8000)));
    await this.registry.close();
    await this.client.connection.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for a condition, a minute at most; says what was awaited, and the log, when it does not come. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  options: { seconds?: number; alive?: () => boolean; log?: () => string } = {},
): Promise<void> {
  const deadline = Date.now() + (options.seconds ?? 60) * 1000;
  while (!(await condition())) {
    if (options.alive?.() === false || Date.now() > deadline)
      throw new Error(`Waited in vain until ${what}.\n${options.log?.().slice(-4000) ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
