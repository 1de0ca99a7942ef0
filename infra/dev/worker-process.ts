import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { packageFile } from '../../src/package-root.ts';
import { LeashedProcess } from '../processes/leashed.ts';
import { untilReady } from '../servers/readiness.ts';

export interface WorkerOptions {
  /** For people: `training-1`. */
  readonly name: string;
  /** The file in dist/workers, without its ending. */
  readonly kind: 'pipeline' | 'training' | 'gateway';
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Starts one of pawl's own processes, as built, and waits until it does its work. */
export async function startWorker(options: WorkerOptions): Promise<LeashedProcess> {
  const { name, kind, environment, logFile, signal } = options;
  const before = existsSync(logFile) ? statSync(logFile).size : 0;
  const started = await LeashedProcess.start({
    command: process.execPath,
    args: ['--enable-source-maps', packageFile(`dist/workers/${kind}.js`)],
    env: { ...process.env, ...environment },
    stopSignal: 'SIGTERM',
    logFile,
  });
  const gateway = `http://${environment['PAWL_GATEWAY_HOST'] ?? '127.0.0.1'}:${environment['PAWL_GATEWAY_PORT'] ?? ''}/healthz`;
  const ready =
    kind === 'gateway'
      ? async () => (await fetch(gateway)).ok
      : () => Promise.resolve(textFrom(logFile, before).includes('"msg":"ready"'));
  try {
    await untilReady({ name, process: started, logFile }, ready, { timeoutMs: 60_000, signal });
  } catch (error) {
    await started.stop(2000);
    throw error;
  }
  return started;
}

function textFrom(file: string, offset: number): string {
  const size = statSync(file).size - offset;
  const buffer = Buffer.alloc(Math.max(0, size));
  const handle = openSync(file, 'r');
  try {
    readSync(handle, buffer, 0, buffer.length, offset);
  } finally {
    closeSync(handle);
  }
  return buffer.toString('utf8');
}
