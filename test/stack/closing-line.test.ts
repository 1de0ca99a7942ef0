import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageFile } from '../../src/package-root.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-closing-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The last line of a run over one test file with this text. */
function lastLine(text: string): string | undefined {
  writeFileSync(path.join(folder, 'a.test.js'), text);
  const vitest = packageFile('node_modules/vitest/vitest.mjs');
  const reporter = packageFile('test/stack/closing-line.ts');
  const args = [vitest, 'run', '--root', folder, '--globals', '--reporter', 'default', '--reporter', reporter];
  const { VITEST: _outer, ...env } = process.env;
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder, env }).stdout.trimEnd().split('\n').at(-1);
}

it('counts what passed, failed and was skipped', () => {
  const text = "it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('no'); }); it.skip('d', () => {});";
  expect(lastLine(text)).toBe('2 passed, 1 failed, 1 skipped');
});

it('counts a file that cannot be loaded', () => {
  expect(lastLine("import './missing.js'; it('a', () => {});")).toBe('0 passed, 1 failed');
});

it('counts a hook that fails, and an error that nobody caught', () => {
  const hook = "describe('s', () => { beforeAll(() => { throw new Error('no'); }); it('a', () => {}); });";
  expect(lastLine(`${hook} it('b', () => { setTimeout(() => { throw new Error('late'); }, 1); });`)).toBe(
    '1 passed, 2 failed, 1 skipped',
  );
});
