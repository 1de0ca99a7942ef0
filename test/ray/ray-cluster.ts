import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LeashedProcess } from '../../infra/processes/leashed.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { packageFile } from '../../src/package-root.ts';
import { pythonEnvironment } from '../../infra/programs/python-environment.ts';
import { killMarked } from '../../src/training/command/marked-processes.ts';
import { until } from '../running-pawl.ts';

/** A Ray cluster of one node with two cores, from PyPI. */
export class RayCluster {
  readonly address: string;
  readonly #process: LeashedProcess;
  readonly #folder: string;
  readonly #mark: string;

  private constructor(address: string, process: LeashedProcess, folder: string, mark: string) {
    this.address = address;
    this.#process = process;
    this.#folder = folder;
    this.#mark = mark;
  }

  /** @throws PythonUnavailable */
  static async start(): Promise<RayCluster> {
    const python = await pythonEnvironment('ray', packageFile('test/ray/requirements.txt'), console.log);
    // Short: the paths of its sockets have a hundred characters at most.
    const folder = await mkdtemp(join(tmpdir(), 'ray-'));
    const [port, dashboard] = [await freePort(), await freePort()];
    const id = randomUUID();
    const logFile = join(folder, 'head.log');
    const head = await LeashedProcess.start({
      command: python,
      args: [
        ...['-m', 'ray.scripts.scripts', 'start', '--head', '--block', '--disable-usage-stats', '--num-cpus', '2'],
        ...['--node-ip-address', '127.0.0.1', '--port', String(port), '--dashboard-port', String(dashboard)],
        ...['--object-store-memory', '100000000', '--temp-dir', join(folder, 't')],
      ],
      // Its own Python first, as where Ray is installed for good.
      env: {
        ...process.env,
        PATH: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
        RAY_TEST_CLUSTER: id,
        RAY_AUTH_MODE: 'disabled',
      },
      logFile,
      stopSignal: 'SIGTERM',
    });
    const address = `http://127.0.0.1:${dashboard}`;
    const cluster = new RayCluster(address, head, folder, `RAY_TEST_CLUSTER=${id}`);
    const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
    try {
      await until('Ray answers', async () => (await fetch(`${address}/api/version`).catch(() => null))?.ok === true, {
        alive: () => head.running,
        log,
        seconds: 90,
      });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async stop(): Promise<void> {
    await this.#process.stop(10_000);
    await killMarked(this.#mark);
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
