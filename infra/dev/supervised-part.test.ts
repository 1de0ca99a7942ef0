import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processIdentity } from '../processes/identity.ts';
import { LeashedProcess } from '../processes/leashed.ts';
import { restartDelay, SupervisedPart } from './supervised-part.ts';

let folder: string;
let said: string[];
let pids: number[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-part-'));
  said = [];
  pids = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A part whose first `failures` later starts fail. */
function part(failures = 0): SupervisedPart {
  let starts = 0;
  return new SupervisedPart({
    name: 'sleeper',
    launch: async () => {
      starts += 1;
      if (starts > 1 && starts <= 1 + failures) throw new Error('no');
      return await LeashedProcess.start({
        command: 'sleep',
        args: ['1000'],
        logFile: path.join(folder, 'log'),
        stopSignal: 'SIGTERM',
      });
    },
    say: (line) => said.push(line),
    onStarted: (pid) => pids.push(pid),
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}

it('starts again what ends by itself, and goes on trying when that fails', async () => {
  const sleeper = part(1);
  await sleeper.start();
  process.kill(sleeper.pid ?? 0, 'SIGKILL');
  await until(() => sleeper.restarts === 1);
  expect(pids).toHaveLength(2);
  expect(processIdentity(sleeper.pid ?? 0)).not.toBeNull();
  expect(said).toEqual([
    'sleeper ended (by SIGKILL); starting it again in 0.5 s.',
    'sleeper did not start: no; starting it again in 1 s.',
    'sleeper is running again.',
  ]);
  await sleeper.stop(5000);
});

it('is not started again once it was stopped', async () => {
  const sleeper = part();
  await sleeper.start();
  await sleeper.stop(5000);
  expect({ pid: sleeper.pid, said, starts: pids.length }).toEqual({ pid: null, said: [], starts: 1 });
});

it('is not started again when it is stopped during the pause before the restart', async () => {
  const sleeper = part();
  await sleeper.start();
  process.kill(sleeper.pid ?? 0, 'SIGKILL');
  await until(() => said.length === 1);
  await sleeper.stop(5000);
  await wait(restartDelay(1) + 100);
  expect(pids).toHaveLength(1);
});

it('waits twice as long before each try, up to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(restartDelay)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});
