import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { waitForLock } from '../processes/lock-file.ts';
import { cacheFolder } from './find.ts';
import type { Say } from './program.ts';
import { run } from './run.ts';

/** What all pinned packages run on: from 3.10, and below 3.13 for MLServer 1.7.1. */
const minors = [12, 11, 10];
const names = [...minors.map((minor) => `python3.${minor}`), 'python3', 'python'];

/** An environment cannot be made here; the message says what to do. */
export class PythonUnavailable extends Error {}

/**
 * The Python that PAWL_PYTHON names, or the first on PATH of the right version that can make environments.
 * @throws PythonUnavailable saying what was found.
 */
async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['PAWL_PYTHON'];
  const found: string[] = [];
  for (const name of named === undefined || named === '' ? names : [named]) {
    const refused = await refusal(name);
    if (refused === null) return name;
    if (refused !== '') found.push(refused);
  }
  throw new PythonUnavailable(
    [
      'Python 3.10, 3.11 or 3.12 is needed, with its venv module (MLServer 1.7.1 takes no newer one).',
      ...found,
      'Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.12), or set PAWL_PYTHON to one.',
    ].join('\n  '),
  );
}

/** Why a Python will not do; '' where there is none. */
async function refusal(name: string): Promise<string | null> {
  const probe = 'import sys, ensurepip, venv; print(sys.version_info[0], sys.version_info[1])';
  try {
    const [major, minor] = (await run(name, ['-c', probe], { timeoutMs: 20_000 })).stdout.trim().split(' ').map(Number);
    return major === 3 && minors.includes(minor ?? 0) ? null : `${name} is Python ${major}.${minor}.`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.endsWith('is not installed') ? '' : `${name}: ${reason}`;
  }
}

/**
 * A Python environment with the packages of a requirements file, kept in pawl's cache for as long as file and Python stay the
 * same. Callers at the same time make it once.
 * @returns its Python
 * @throws PythonUnavailable
 */
export async function pythonEnvironment(name: string, requirements: string, say: Say): Promise<string> {
  const python = await findPython();
  const { stdout: version } = await run(python, ['-c', 'import sys; print(sys.version)']);
  const digest = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder(), 'python', `${name}-${digest}`);
  const whole = path.join(folder, 'complete');
  const executable = path.join(folder, 'bin', 'python');
  if (existsSync(whole)) return executable;
  mkdirSync(path.dirname(folder), { recursive: true });
  const lock = await waitForLock(`${folder}.lock`, ({ pid }) =>
    say(`Waiting for process ${pid}, which is making the Python environment of ${name} already.`),
  );
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`;
  const doing = `the Python environment of ${name} (Python ${version.split(' ')[0]}, packages from PyPI)`;
  const ticker = setInterval(() => say(`  still making ${doing}, ${seconds()}`), 20_000);
  try {
    // Whoever held the lock may have finished the work.
    if (existsSync(whole)) return executable;
    say(`Making ${doing}, once …`);
    rmSync(folder, { recursive: true, force: true });
    await run(python, ['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    await run(executable, [...install, '--requirement', requirements]).catch((error: Error) => {
      throw new PythonUnavailable(
        `The packages of ${name} could not be installed. PyPI has to be in reach, or a mirror that PIP_INDEX_URL names.\n  ${error.message}`,
      );
    });
    // Last: an environment with this file in it is a whole one.
    writeFileSync(whole, version);
    say(`Made it in ${seconds()} (kept in ${path.dirname(folder)}).`);
    return executable;
  } finally {
    clearInterval(ticker);
    lock.release();
  }
}
