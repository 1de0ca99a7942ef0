import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { processIdentity } from '../processes/identity.ts';
import { LeashedProcess } from '../processes/leashed.ts';
import { run } from '../programs/run.ts';
import { postgresBinaries, type RunAs, runAs } from './postgres-binaries.ts';
import { untilReady } from './readiness.ts';

export interface PostgresOptions {
  /** Holds `data` (the cluster) and `password`; made when absent. A second start on it goes on with the same data. */
  readonly directory: string;
  readonly port: number;
  readonly logFile: string;
  /** Settings for `postgres -c`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface PostgresServer {
  readonly process: LeashedProcess;
  /** Without a database: append one. */
  readonly url: string;
}

/** Starts Postgres 18 on 127.0.0.1 and waits until it answers. Stop it with `process.stop(...)` (a fast shutdown). */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { directory, port, logFile } = options;
  const binaries = postgresBinaries();
  const as = runAs();
  const data = path.join(directory, 'data');
  const password = initialised(data)
    ? readFileSync(path.join(directory, 'password'), 'utf8')
    : await initialise(directory, binaries.initdb, as);
  await clearLeftover(data);

  const settings = {
    listen_addresses: '127.0.0.1',
    // No socket file: it would need a folder that both users may enter.
    unix_socket_directories: '',
    max_connections: '200',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const started = await LeashedProcess.start({
    ...as.wrap(binaries.postgres, ['-D', data, '-p', String(port), ...flags]),
    // SIGINT is Postgres' fast shutdown: sessions are ended, nothing is lost.
    stopSignal: 'SIGINT',
    logFile,
    cwd: data,
  });
  const url = `postgres://pawl:${password}@127.0.0.1:${String(port)}`;
  try {
    await untilReady({ name: 'Postgres', process: started, logFile }, () => answers(`${url}/postgres`), {
      timeoutMs: 60_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    await started.stop(10_000);
    throw error;
  }
  return { process: started, url };
}

/** Runs one statement on the server's own database: to create a database, which no migration can do for itself. */
export async function createDatabaseIfMissing(url: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** The last file that initdb leaves whole is the one that says which version the data is of. */
function initialised(data: string): boolean {
  return existsSync(path.join(data, 'PG_VERSION')) && !existsSync(path.join(data, '..', 'initialising'));
}

async function initialise(directory: string, initdb: string, as: RunAs): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const data = path.join(directory, 'data');
  const unfinished = path.join(directory, 'initialising');
  writeFileSync(unfinished, '');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const password = randomBytes(18).toString('base64url');
  const passwordFile = path.join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (as.owner !== null) chownSync(data, as.owner.uid, as.owner.gid);
  const { command, args } = as.wrap(initdb, [
    ...['--pgdata', data, '--username', 'pawl', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
    // No dependence on the machine's locale: text sorts the same everywhere.
    ...[
      '--encoding',
      'UTF8',
      '--locale-provider',
      'builtin',
      '--builtin-locale',
      'C.UTF-8',
      '--locale',
      'C',
      '--no-instructions',
    ],
  ]);
  await run(command, args, { cwd: directory });
  rmSync(unfinished);
  return password;
}

/**
 * After a SIGKILL of everything an older Postgres may still be shutting down on the same data, or its lock file may
 * name a process id that somebody else has now; Postgres itself would refuse to start in either case.
 */
async function clearLeftover(data: string): Promise<void> {
  const lockFile = path.join(data, 'postmaster.pid');
  const pid = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8').split('\n')[0]) : 0;
  if (!Number.isInteger(pid) || pid <= 0) return;
  const identity = processIdentity(pid);
  if (identity !== null && (await isPostgresOn(pid, data))) {
    process.kill(pid, 'SIGINT');
    for (let tries = 0; processIdentity(pid) === identity; tries += 1) {
      if (tries === 300) process.kill(pid, 'SIGQUIT');
      await wait(100);
    }
  }
  rmSync(lockFile, { force: true });
}

async function isPostgresOn(pid: number, data: string): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: readCommandLine(pid) }));
  return stdout.includes('postgres') && stdout.includes(data);
}

function readCommandLine(pid: number): string {
  const file = `/proc/${String(pid)}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  // A server that is still starting may cut the connection at any moment.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
