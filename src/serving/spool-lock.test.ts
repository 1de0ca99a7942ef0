import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoolLock } from './spool-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-lock-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the spool lock', () => {
  it('keeps a second gateway out until the first gives it back', async () => {
    const first = await SpoolLock.take(directory);
    await expect(SpoolLock.take(directory)).rejects.toMatchObject({ code: 'PAWL_SPOOL_IN_USE' });
    await first.release();
    await expect(SpoolLock.take(directory)).resolves.toBeInstanceOf(SpoolLock);
  });

  it('is taken over from a process that is gone', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: child.pid, began: '1' }));
    await expect(SpoolLock.take(directory)).resolves.toBeInstanceOf(SpoolLock);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over where another process got the number of the one that is gone',
    async () => {
      await writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.pid, began: '1' }));
      await expect(SpoolLock.take(directory)).resolves.toBeInstanceOf(SpoolLock);
    },
  );

  it('is taken over where a crash left it half-written', async () => {
    await writeFile(join(directory, 'lock'), '{"pi');
    await expect(SpoolLock.take(directory)).resolves.toBeInstanceOf(SpoolLock);
  });
});
