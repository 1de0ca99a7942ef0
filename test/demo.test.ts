import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageFile } from '../src/package-root.ts';

it('tells the main job from the first release to the killed worker, stops everything, and exits with 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-demo-'));
  try {
    const { code, said } = await demo(folder);
    // What the data gives may differ by a tick; what has to be there does not.
    expect(said).toMatch(/release +electricity\/1 promoted/);
    expect(said).toMatch(/trigger +drift: .*(vicprice|vicdemand|transfer) stood still at /);
    expect(said).toMatch(/drift: .* labels since the change\n.*release +electricity\/2 begins/);
    expect(said).toMatch(/evaluate: override: /);
    expect(said).toMatch(/Caught by itself \d+\.\d s after its trial began, on \d+ requests/);
    expect(said).toMatch(/Killed process \d+ at tree \d+ of 20000/);
    expect(said).toMatch(/train: resume: a worker was lost/);
    expect(said).toMatch(/\d+ requests, 0 of them failed\./);
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 420_000);

function demo(cwd: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [packageFile('dist/infra/demo/main.js')], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
