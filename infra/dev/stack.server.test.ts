import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { processIdentity } from '../processes/identity.ts';
import { freePort } from '../servers/free-port.ts';
import { type DevProcess, type DevStack, startDevStack } from './stack.ts';

interface Started {
  readonly child: ChildProcess;
  readonly environment: Record<string, string>;
  readonly processes: readonly DevProcess[];
}

let directory: string;
const children: ChildProcess[] = [];
const stacks: DevStack[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'pawl-dev-'));
});
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
  await Promise.all(children.splice(0).map((child) => end(child, 'SIGTERM')));
  rmSync(directory, { recursive: true, force: true });
});

const silent = { say: () => undefined, serversOnly: true, whenPortTaken: 'move' } as const;

async function startHere(options: Partial<Parameters<typeof startDevStack>[0]> = {}): Promise<DevStack> {
  const stack = await startDevStack({ ...silent, directory, ...options });
  stacks.push(stack);
  return stack;
}

/** The stack in a process of its own, as `pawl dev` has it, so that it can be interrupted and killed. */
async function startInChild(): Promise<Started> {
  const program = `
    import { startDevStack } from ${JSON.stringify(pathToFileURL(packageFile('dist/infra/dev/stack.js')).href)};
    const stack = await startDevStack({ directory: ${JSON.stringify(directory)}, say: (line) => console.error(line), serversOnly: true, whenPortTaken: 'move' });
    console.log(JSON.stringify({ environment: stack.environment, processes: stack.processes }));
    await stack.stopped;`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  for await (const line of createInterface({ input: child.stdout }))
    return { child, ...(JSON.parse(line) as Omit<Started, 'child'>) };
  throw new Error(`The stack did not start:\n${said}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return await exited;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(50);
}

const alive = (processes: readonly DevProcess[]) => processes.filter(({ pid }) => pid !== null && processIdentity(pid) !== null);

async function query(environment: Readonly<Record<string, string>>, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: environment['PAWL_REGISTRY_URL'] });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function withTemporal<T>(environment: Readonly<Record<string, string>>, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: environment['PAWL_TEMPORAL_ADDRESS'] ?? '' });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe('the dev stack', () => {
  it('stops everything on Ctrl-C, and a second start goes on with the same registry and the same workflows', async () => {
    const first = await startInChild();
    expect(JSON.parse(readFileSync(path.join(directory, 'env.json'), 'utf8'))).toEqual(first.environment);
    await query(first.environment, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await withTemporal(first.environment, (client) =>
      client.workflow.start('unstarted', { workflowId: 'kept', taskQueue: 'nobody' }),
    );

    expect(await end(first.child, 'SIGINT')).toBe(130);
    expect(alive(first.processes)).toEqual([]);
    expect(readdirSync(directory)).not.toContain('env.json');

    const second = await startHere();
    expect(await query(second.environment, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(
      await withTemporal(second.environment, async (client) => (await client.workflow.getHandle('kept').describe()).status.name),
    ).toBe('RUNNING');
  });

  it('takes its servers with it when it is killed with SIGKILL, and starts again on what they left', async () => {
    const first = await startInChild();
    await query(first.environment, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await end(first.child, 'SIGKILL');
    // At once: the servers of the killed run may still be shutting down.
    const second = await startHere();
    expect(alive(first.processes)).toEqual([]);
    expect(await query(second.environment, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('starts again when even its servers were killed with SIGKILL', async () => {
    const first = await startInChild();
    for (const { pid } of first.processes) if (pid !== null) process.kill(-pid, 'SIGKILL');
    await end(first.child, 'SIGKILL');
    expect(existsSync(path.join(directory, 'postgres', 'data', 'postmaster.pid'))).toBe(true);
    const second = await startHere();
    expect(await query(second.environment, 'SELECT count(*)::int > 0 AS migrated FROM migrations')).toEqual([{ migrated: true }]);
  });

  it('is refused in a folder where one runs, naming the process that has it', async () => {
    await startHere();
    const second = startDevStack({ ...silent, directory });
    await expect(second).rejects.toMatchObject({
      code: 'PAWL_DEV_RUNNING',
      message: expect.stringContaining(`Process ${String(process.pid)}`) as string,
    });
  });

  it('names every port that is taken, who needs it and how to change it, and leaves nothing running', async () => {
    const taken = await freePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve));
    const ports = {
      postgres: taken,
      temporal: await freePort(),
      temporalUi: await freePort(),
      gateway: await freePort(),
      grpc: await freePort(),
    };
    const refused = startDevStack({ ...silent, directory, whenPortTaken: 'refuse', ports });
    await expect(refused).rejects.toMatchObject({
      code: 'PAWL_PORT_TAKEN',
      problems: [
        {
          message: `Postgres needs port ${String(taken)}, which is taken`,
          hint: 'set PAWL_DEV_POSTGRES_PORT to a free port',
        },
      ],
    });
    other.close();
    // The folder is free again, and so are the ports.
    await startHere({ whenPortTaken: 'refuse', ports });
  });

  it('starts a server again that ended by itself, says so, and says who it was', async () => {
    const said: string[] = [];
    const stack = await startHere({ say: (line) => said.push(line) });
    const before = stack.processes.find(({ name }) => name === 'postgres');
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until(() => stack.processes.some(({ name, restarts }) => name === 'postgres' && restarts === 1));
    expect(await query(stack.environment, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(said).toContain('postgres ended (by SIGKILL); starting it again in 0.5 s.');
    expect(stack.describe(before?.pid ?? 0)).toBe('it was postgres; nobody else does its work until it is started again');
  });

  it('runs workers and a gateway besides, and says who does the work of one that was killed', async () => {
    const stack = await startHere({ serversOnly: false, trainers: 2 });
    expect(stack.processes.map(({ name }) => name)).toEqual([
      'postgres',
      'temporal',
      'pipeline',
      'training-1',
      'training-2',
      'gateway',
    ]);
    expect((await fetch(`${stack.addresses.gateway}/healthz`)).status).toBe(200);
    const killed = stack.processes.find(({ name }) => name === 'training-1')?.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    expect(stack.describe(killed)).toBe('it was training-1; training-2 can carry on');
    await until(() => stack.processes.some(({ name, restarts }) => name === 'training-1' && restarts === 1));
    const before = stack.processes;
    await stack.stop();
    expect(alive(before)).toEqual([]);
  });
});
