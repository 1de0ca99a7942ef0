import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LeashedProcess } from '../processes/leashed.ts';
import { untilReady } from './readiness.ts';

export interface S3Options {
  /** versitygw. */
  readonly executable: string;
  readonly directory: string;
  readonly port: number;
  readonly logFile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Made at the start. */
  readonly bucket: string;
}

export interface S3Server {
  readonly process: LeashedProcess;
  readonly endpoint: string;
}

/** Starts an S3 server over a folder on 127.0.0.1, with one bucket, and waits until it answers. */
export async function startS3(options: S3Options): Promise<S3Server> {
  const { executable, directory, port, logFile } = options;
  const buckets = path.join(directory, 'buckets');
  const sidecar = path.join(directory, 'metadata');
  mkdirSync(path.join(buckets, options.bucket), { recursive: true });
  mkdirSync(sidecar, { recursive: true });
  const started = await LeashedProcess.start({
    command: executable,
    // Metadata beside the files: extended attributes do not work on every file system that a test may run on.
    args: ['--port', `127.0.0.1:${String(port)}`, '--health', '/health', '--quiet', 'posix', '--sidecar', sidecar, buckets],
    env: { ...process.env, ROOT_ACCESS_KEY: options.accessKeyId, ROOT_SECRET_KEY: options.secretAccessKey },
    stopSignal: 'SIGTERM',
    logFile,
  });
  const endpoint = `http://127.0.0.1:${String(port)}`;
  try {
    await untilReady({ name: 'versitygw', process: started, logFile }, async () => (await fetch(`${endpoint}/health`)).ok, {
      timeoutMs: 30_000,
    });
  } catch (error) {
    await started.stop(2000);
    throw error;
  }
  return { process: started, endpoint };
}
