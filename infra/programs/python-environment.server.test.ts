import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pythonEnvironment } from './python-environment.ts';
import { run } from './run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pawl-python-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A requirements file whose one package is on no index, and an index that is not there. */
function requirements(): string {
  const file = path.join(folder, 'requirements.txt');
  const lines = [
    '# Nowhere but here.',
    '--index-url http://127.0.0.1:9/simple',
    'pawl_made==2.0+cpu; platform_system == "Linux"',
    'pawl_made==2.0',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** A Python of its own, with the module `pawl_made`. */
async function pythonThatHasIt(): Promise<string> {
  const base = path.join(folder, 'base');
  await run('python3', ['-m', 'venv', '--without-pip', base]);
  const python = path.join(base, 'bin', 'python');
  const { stdout } = await run(python, ['-c', "import sysconfig; print(sysconfig.get_paths()['purelib'])"]);
  writeFileSync(path.join(stdout.trim(), 'pawl_made.py'), '__version__ = "1.5"\n');
  return python;
}

it('takes a package from a Python that has it, whatever its version, and says so', { timeout: 120_000 }, async ({ skip }) => {
  const python = await pythonThatHasIt().catch((error: Error) => error);
  if (python instanceof Error) return skip(`No Python here. ${python.message}`);
  vi.stubEnv('PAWL_PYTHON', python);
  const said: string[] = [];
  const made = await pythonEnvironment('made', requirements(), (line) => said.push(line), 'pawl_made');
  expect((await run(made, ['-c', 'import pawl_made; print(pawl_made.__version__)'])).stdout.trim()).toBe('1.5');
  expect(said.join('\n')).toContain(`with the pawl_made 1.5 of ${python}`);
  await run(made, ['-m', 'pip', '--version']);
});
