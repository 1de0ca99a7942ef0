import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processIdentity } from './identity.ts';
import { tryLock, waitForLock } from './lock-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-lock-'));
  file = path.join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is held by one at a time and says by whom', () => {
  const first = tryLock(file);
  expect(first).toHaveProperty('release');
  expect(tryLock(file)).toEqual({ pid: process.pid, identity: processIdentity(process.pid) });
});

it('is free again when it was released, and leaves no file', () => {
  const first = tryLock(file);
  if ('release' in first) first.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(tryLock(file)).toHaveProperty('release');
});

it('is taken over from a process that is gone', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(file, JSON.stringify({ pid: gone, identity: `${String(gone)}@then` }));
  expect(tryLock(file)).toHaveProperty('release');
});

it('is taken over when its process id belongs to somebody else now', () => {
  writeFileSync(file, JSON.stringify({ pid: process.pid, identity: `${String(process.pid)}@before the last restart` }));
  expect(tryLock(file)).toHaveProperty('release');
});

it('is taken over when a crash left it unreadable', () => {
  writeFileSync(file, '{"pid":');
  expect(tryLock(file)).toHaveProperty('release');
});

it('makes the next one wait until it is released', async () => {
  const first = tryLock(file);
  const holders: number[] = [];
  const second = waitForLock(file, (holder) => holders.push(holder.pid));
  expect(holders).toEqual([process.pid]);
  if ('release' in first) first.release();
  (await second).release();
  expect(existsSync(file)).toBe(false);
});
