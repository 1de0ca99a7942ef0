import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LeashedProcess } from '../../infra/processes/leashed.ts';
import { pythonEnvironment } from '../../infra/programs/python-environment.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { packageFile } from '../../src/package-root.ts';
import { until } from '../running-pawl.ts';

/** MLflow with its own Python client, from PyPI. */
export class MlflowBed {
  readonly url: string;
  readonly #python: string;
  readonly #folder: string;
  readonly #port: number;
  #server: LeashedProcess | null = null;

  private constructor(python: string, folder: string, port: number) {
    this.#python = python;
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @throws PythonUnavailable */
  static async make(): Promise<MlflowBed> {
    const python = await pythonEnvironment('mlflow', packageFile('test/mlflow/requirements.txt'), console.log);
    return new MlflowBed(python, mkdtempSync(join(tmpdir(), 'pawl-mlflow-')), await freePort());
  }

  /** Starts the server, or starts it again on what it had. */
  async start(): Promise<void> {
    const logFile = join(this.#folder, 'server.log');
    const database = `sqlite:///${join(this.#folder, 'mlflow.db')}`;
    const artifacts = join(this.#folder, 'artifacts');
    const options = ['--host', '127.0.0.1', '--port', String(this.#port), '--workers', '1'];
    this.#server = await LeashedProcess.start({
      command: this.#python,
      args: ['-m', 'mlflow', 'server', ...options, '--backend-store-uri', database, '--artifacts-destination', artifacts],
      env: this.#environment(),
      logFile,
      stopSignal: 'SIGTERM',
    });
    const server = this.#server;
    await until('MLflow answers', async () => (await fetch(`${this.url}/health`).catch(() => null))?.ok === true, {
      alive: () => server.running,
      log: () => readFileSync(logFile, 'utf8'),
    });
  }

  async stop(): Promise<void> {
    await this.#server?.stop(5000);
    this.#server = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs a script of this folder with MLflow's own client. Returns the JSON that it prints last. */
  async run(script: string, ...args: string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)(this.#python, [packageFile(`test/mlflow/${script}`), ...args], {
      env: { ...this.#environment(), MLFLOW_TRACKING_URI: this.url },
      cwd: this.#folder,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null');
  }

  #environment(): NodeJS.ProcessEnv {
    const path = `${dirname(this.#python)}:${process.env['PATH'] ?? ''}`;
    return { ...process.env, PATH: path, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', OMP_NUM_THREADS: '1' };
  }
}
