import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import type { LeashedProcess } from '../../infra/processes/leashed.ts';
import { findProgram } from '../../infra/programs/find.ts';
import { temporalCli } from '../../infra/programs/temporal-cli.ts';
import { temporalTestServer } from '../../infra/programs/temporal-test-server.ts';
import { versitygw } from '../../infra/programs/versitygw.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { startPostgres } from '../../infra/servers/postgres-server.ts';
import { startS3 } from '../../infra/servers/s3-server.ts';
import { startTemporal } from '../../infra/servers/temporal-server.ts';

declare module 'vitest' {
  // The addresses of the servers that run for the whole run of tests: `inject('temporalAddress')`.
  interface ProvidedContext {
    /** postgres://user:password@host:port, without a database; see `createDatabase()`. */
    registryUrl: string;
    temporalAddress: string;
    s3Endpoint: string;
    s3AccessKeyId: string;
    s3SecretAccessKey: string;
    s3Bucket: string;
  }
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Starts the real servers once for a run, and stops them after it. They also stop when this process dies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'pawl-test-stack-'));
  const log = (name: string) => path.join(directory, `${name}.log`);
  const running: LeashedProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop(10_000)));
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const temporalExecutable = await findProgram(temporalCli(), { say });
    const s3Executable = await findProgram(versitygw(), { say });
    // Only fetched here, so that no test waits for it; a test file that needs it starts its own.
    await findProgram(temporalTestServer(), { say });
    const s3 = { accessKeyId: 'test', secretAccessKey: 'only-for-tests', bucket: 'pawl-test' };
    mkdirSync(path.join(directory, 's3'));
    const servers = await Promise.allSettled([
      // Tests outlive no power cut: nothing is forced to disk.
      freePort().then((port) =>
        startPostgres({
          directory: path.join(directory, 'postgres'),
          port,
          logFile: log('postgres'),
          settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' },
        }),
      ),
      freePort().then((port) =>
        startTemporal({ executable: temporalExecutable, port, uiPort: null, databaseFile: null, logFile: log('temporal') }),
      ),
      freePort().then((port) =>
        startS3({ executable: s3Executable, directory: path.join(directory, 's3'), port, logFile: log('s3'), ...s3 }),
      ),
    ]);
    for (const server of servers) if (server.status === 'fulfilled') running.push(server.value.process);
    const [postgres, temporal, objects] = servers.map((server) => {
      if (server.status === 'rejected') throw server.reason;
      return server.value;
    }) as [
      Awaited<ReturnType<typeof startPostgres>>,
      Awaited<ReturnType<typeof startTemporal>>,
      Awaited<ReturnType<typeof startS3>>,
    ];
    project.provide('registryUrl', postgres.url);
    project.provide('temporalAddress', temporal.address);
    project.provide('s3Endpoint', objects.endpoint);
    project.provide('s3AccessKeyId', s3.accessKeyId);
    project.provide('s3SecretAccessKey', s3.secretAccessKey);
    project.provide('s3Bucket', s3.bucket);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
