import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { fromPs, usageOf } from './process-usage.ts';

it('counts a process with all that it started', async () => {
  const grandchild = "const held = Buffer.alloc(60_000_000, 1); console.log('up'); setInterval(() => held.length, 1000);";
  const program = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: ['ignore', 'inherit', 'inherit'] })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  try {
    await once(child.stdout, 'data');
    const { cpu, memory } = await usageOf(child.pid ?? 0);
    expect(memory).toBeGreaterThan(60_000_000);
    expect(cpu).toBeGreaterThan(0);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await once(child, 'exit');
  }
  expect(await usageOf(child.pid ?? 0)).toEqual({ cpu: 0, memory: 0 });
});

it("reads ps's times, with minutes, hours or days", () => {
  const text = '    1     0   1024     0:03.50\n   12     1  20480  02:03:04\n  999    12      0 1-00:00:01\n';
  expect(fromPs(text)).toEqual([
    { pid: 1, parent: 0, cpu: 3.5, memory: 1_048_576 },
    { pid: 12, parent: 1, cpu: 7384, memory: 20_971_520 },
    { pid: 999, parent: 12, cpu: 86_401, memory: 0 },
  ]);
});
