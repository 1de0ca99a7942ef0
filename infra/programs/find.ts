import { accessSync, constants, mkdtempSync, statSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { FinalError, type Problem } from '../../src/errors.ts';
import { waitForLock } from '../processes/lock-file.ts';
import type { Program, Say } from './program.ts';

export interface FindOptions {
  readonly say: Say;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Where fetched and built programs are kept: `$XDG_CACHE_HOME/pawl`, or `~/.cache/pawl`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(env['HOME'] ?? homedir(), '.cache'), 'pawl');
}

/**
 * Finds an external program, getting it first where that is needed: the executable that its variable names, PATH,
 * pawl's own cache, then each of the program's ways in turn. Callers at the same time, in any process, get it once.
 * @returns the absolute path of an executable file.
 * @throws FinalError PAWL_PROGRAM_MISSING with what was tried and why each try failed.
 */
export async function findProgram(program: Program, options: FindOptions): Promise<string> {
  const env = options.env ?? process.env;
  const named = env[program.variable];
  if (named !== undefined && named !== '') {
    const refused = isExecutable(named) ? await refusal(program, named) : 'not an executable file';
    if (refused === null) return path.resolve(named);
    throw missing(program, [{ subject: program.variable, message: `${program.variable}=${named}: ${refused}` }]);
  }

  const problems: Problem[] = [];
  for (const found of onPath(program.name, env)) {
    const refused = await refusal(program, found);
    if (refused === null) return found;
    problems.push({ subject: 'PATH', message: `${found}: ${refused}` });
  }

  const cached = path.join(cacheFolder(env), 'bin', `${program.name}-${program.version}`);
  if (isExecutable(cached)) return cached;
  const lock = await waitForLock(
    `${cached}.lock`,
    (holder) =>
      options.say(`Waiting for process ${String(holder.pid)}, which is getting ${program.name} ${program.version} already.`),
    options.signal,
  );
  try {
    // Whoever held the lock may have finished the work.
    if (isExecutable(cached)) return cached;
    for (const way of program.ways) {
      const failed = await tryWay(program, way, cached, { ...options, env });
      if (failed === null) return cached;
      problems.push({ subject: way.doing, message: `${way.doing}: ${failed}` });
    }
  } finally {
    lock.release();
  }
  throw missing(program, problems);
}

/** @returns null when the program is in place at `cached`, otherwise why not. */
async function tryWay(
  program: Program,
  way: Program['ways'][number],
  cached: string,
  options: FindOptions & { env: NodeJS.ProcessEnv },
) {
  const { say, env } = options;
  const title = `${program.name} ${program.version}`;
  const cache = cacheFolder(env);
  const scratch = mkdtempSync(path.join(cache, 'making-'));
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`Getting ${title}: ${way.doing} …`);
  const ticker = setInterval(() => say(`  still at it: ${way.doing}, ${seconds()}`), 20_000);
  try {
    const made = await way.make({ scratch, say, env, signal: options.signal ?? new AbortController().signal });
    await chmod(made.executable, 0o755);
    if (made.lib !== undefined) {
      const lib = path.join(cache, 'lib', path.basename(cached));
      await mkdir(path.dirname(lib), { recursive: true });
      await rm(lib, { recursive: true, force: true });
      await rename(made.lib, lib);
    }
    // Last, and in one step: an executable in the cache is a whole one.
    await rename(made.executable, cached);
    say(`Got ${title} in ${seconds()} (kept in ${path.dirname(cached)}).`);
    return null;
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    say(`  not possible here (${reason}), ${seconds()}.`);
    return reason;
  } finally {
    clearInterval(ticker);
    await rm(scratch, { recursive: true, force: true });
  }
}

function missing(program: Program, problems: readonly Problem[]): FinalError {
  return new FinalError(
    'PAWL_PROGRAM_MISSING',
    `${program.name} ${program.version} is not on this machine and could not be got.`,
    {
      problems: problems.map((problem) => ({
        ...problem,
        hint: `install ${program.name}, or set ${program.variable} to its path`,
      })),
    },
  );
}

async function refusal(program: Program, executable: string): Promise<string | null> {
  return program.check === undefined ? null : program.check(executable);
}

function* onPath(name: string, env: NodeJS.ProcessEnv): Generator<string> {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.resolve(folder, name);
    if (folder !== '' && isExecutable(file)) yield file;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
