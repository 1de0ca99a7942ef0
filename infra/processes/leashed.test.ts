import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processIdentity } from './identity.ts';
import { LeashedProcess } from './leashed.ts';

let folder: string;
let logFile: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-leashed-'));
  logFile = path.join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Says `up`, and on the stop signal `down`. */
const orderly =
  "process.on('SIGTERM', () => { console.log('down'); process.exit(0); }); console.log('up', process.pid); setInterval(() => {}, 1000);";
const stubborn = "process.on('SIGTERM', () => console.log('no')); console.log('up', process.pid); setInterval(() => {}, 1000);";

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}

async function start(program: string): Promise<LeashedProcess> {
  const child = await LeashedProcess.start({ command: process.execPath, args: ['-e', program], logFile, stopSignal: 'SIGTERM' });
  await until(() => readFileSync(logFile, 'utf8').includes('up'));
  return child;
}

it("has the command's own process id", async () => {
  const child = await start(orderly);
  expect(readFileSync(logFile, 'utf8')).toBe(`up ${String(child.pid)}\n`);
  await child.stop(5000);
});

it('stops with the signal that lets the program end in order', async () => {
  const child = await start(orderly);
  expect(await child.stop(5000)).toEqual({ code: 0, signal: null });
  expect(readFileSync(logFile, 'utf8')).toMatch(/down\n$/);
});

it('is killed when it does not stop within the grace', async () => {
  const child = await start(stubborn);
  expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
});

it('takes what it started itself with it', async () => {
  const grandchild =
    "const it = require('child_process').spawn('sleep', ['1000'], { stdio: 'ignore' }); console.log('started', it.pid);";
  const child = await start(`${grandchild} ${orderly}`);
  const pid = Number(/started (\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1]);
  expect(processIdentity(pid)).not.toBeNull();
  await child.stop(5000);
  await until(() => processIdentity(pid) === null);
});

it('can be stopped after it has ended by itself', async () => {
  const child = await start("console.log('up'); process.exitCode = 3;");
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(await child.stop(1000)).toEqual({ code: 3, signal: null });
});
