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
/** The distribution's own, before which others may stand on PATH. */
const ofDistribution = '/usr/bin/python3';

/** An environment cannot be made here; the message says what to do. */
export class PythonUnavailable extends Error {}

/** The Python that PAWL_PYTHON names, or those that may be there. */
function candidates(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const named = env['PAWL_PYTHON'];
  return named === undefined || named === '' ? names : [named];
}

/**
 * The first candidate of the right version that can make environments.
 * @throws PythonUnavailable saying what was found.
 */
async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const name of candidates()) {
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

/** A package that a Python of this machine has already, and where it lies. */
interface Present {
  readonly python: string;
  readonly version: string;
  /** The folders of that Python's packages: what the package needs itself may lie in another one. */
  readonly folders: readonly string[];
}

/** The first candidate that can import a module and make environments; null where none can. */
async function pythonWith(module: string): Promise<Present | null> {
  const probe = [
    'import ensurepip, venv, json, sys',
    `import ${module} as module`,
    "folders = [folder for folder in sys.path if folder.endswith('-packages')]",
    "print(json.dumps({'version': str(module.__version__), 'folders': folders}))",
  ].join('\n');
  for (const python of new Set([...candidates(), ofDistribution])) {
    const answer = await run(python, ['-c', probe], { timeoutMs: 60_000 }).catch(() => null);
    const line = answer?.stdout.trim().split('\n').at(-1);
    if (line !== undefined && line !== '') return { python, ...(JSON.parse(line) as Omit<Present, 'python'>) };
  }
  return null;
}

/**
 * A Python environment with the packages of a requirements file, kept in pawl's cache for as long as file and Python stay the
 * same. Callers at the same time make it once.
 * @param present a package, by the name of its module, that is taken as it is from a Python of this machine, whatever its version, where
 * one has it: PyPI's may be too large, or none for this machine. Only the others are installed then.
 * @returns its Python
 * @throws PythonUnavailable
 */
export async function pythonEnvironment(name: string, requirements: string, say: Say, present?: string): Promise<string> {
  const taken = present === undefined ? null : await pythonWith(present);
  const python = taken?.python ?? (await findPython());
  const { stdout: version } = await run(python, ['-c', 'import sys; print(sys.version)']);
  const digest = createHash('sha256')
    .update(version)
    .update(readFileSync(requirements))
    .update(taken === null ? '' : JSON.stringify(taken))
    .digest('hex')
    .slice(0, 12);
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
  const own = taken === null ? '' : `, with the ${present} ${taken.version} of ${taken.python}`;
  const doing = `the Python environment of ${name} (Python ${version.split(' ')[0]}${own}, packages from PyPI)`;
  const ticker = setInterval(() => say(`  still making ${doing}, ${seconds()}`), 20_000);
  try {
    // Whoever held the lock may have finished the work.
    if (existsSync(whole)) return executable;
    say(`Making ${doing}, once …`);
    rmSync(folder, { recursive: true, force: true });
    await run(python, ['-m', 'venv', folder]);
    if (taken !== null) await share(executable, taken.folders);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    const wanted = taken === null ? ['--requirement', requirements] : packagesBeside(present, readFileSync(requirements, 'utf8'));
    const installed = wanted.length === 0 ? Promise.resolve() : run(executable, [...install, ...wanted]);
    await installed.catch((error: Error) => {
      const other = present === undefined ? '' : `, or ${present} in a Python that is on PATH or that PAWL_PYTHON names`;
      throw new PythonUnavailable(
        `The packages of ${name} could not be installed. PyPI has to be in reach, or a mirror that PIP_INDEX_URL names${other}.\n  ${error.message}`,
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

/** Lets an environment find the packages in other folders, after its own. */
async function share(python: string, folders: readonly string[]): Promise<void> {
  const { stdout } = await run(python, ['-c', "import sysconfig; print(sysconfig.get_paths()['purelib'])"]);
  writeFileSync(path.join(stdout.trim(), 'shared.pth'), folders.join('\n'));
}

/** The packages of a requirements file but one, which may be named by several lines; an index that it names is for that one. */
function packagesBeside(one: string | undefined, requirements: string): string[] {
  const lines = requirements.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  return lines.filter((line) => /^\w/.test(line) && /^[\w.-]+/.exec(line)?.[0] !== one);
}
