import { randomUUID } from 'node:crypto';
import { FinalError } from '../../errors.ts';
import type { TrainingControl, TrainingProgress } from '../trainer.ts';
import { commandEnvironment } from './environment.ts';
import { executableOf } from './executable.ts';
import type { Limits } from './job.ts';
import { type Exit, ProcessGroup } from './process-group.ts';
import { PrintedLines } from './progress-lines.ts';
import { type Ending, judgeEnding } from './verdict.ts';
import { folderBytes } from './work-folder.ts';

/** How often time and disk are looked at, and the progress is passed on, ms. */
const lookEvery = 250;

export interface CommandPlace {
  readonly baseDirectory: string;
  /** Whose size counts, of which `scratch` is a part. */
  readonly folder: string;
  readonly scratch: string;
  readonly jobPath: string;
  readonly limits: Limits;
  /** Variables of the worker that it gets beside the usual ones. */
  readonly named: readonly string[];
}

/**
 * Runs a command to its end. Whatever that end is, nothing that it started runs afterwards.
 * @throws FinalError PAWL_TRAINER_NOT_FOUND, PAWL_TRAINER_REFUSED (exit 64), PAWL_TRAINER_LIMIT (time or disk)
 * @throws TransientError PAWL_TRAINER_FAILED for any other end but exit 0; the signal's reason where it was told to stop
 */
export async function runCommand(command: readonly string[], place: CommandPlace, control: TrainingControl): Promise<void> {
  const { baseDirectory, folder, scratch, jobPath, limits, named } = place;
  control.signal.throwIfAborted();
  const [program, ...args] = command;
  const executable = await found(program ?? '', baseDirectory);
  let progress: TrainingProgress = { phase: 'command', done: 0, total: 1 };
  const lines = new PrintedLines((told) => (progress = told));
  const group = await ProcessGroup.start({
    command: [executable, ...args],
    cwd: baseDirectory,
    env: commandEnvironment(process.env, { named, threads: limits.threads, jobPath, scratch, mark: randomUUID() }),
    fileBytes: limits.diskBytes,
    onOutput: (text) => lines.output(text),
    onComplaint: (text) => lines.complaint(text),
  });
  const deadline = performance.now() + limits.timeMs;
  let exit: Exit | null = null;
  let limit: Ending['limit'] = null;
  void group.exited.then((ended) => (exit = ended));
  try {
    let looked = false;
    while (limit === null && (exit === null || !looked)) {
      looked = exit !== null;
      await control.onProgress(progress);
      control.signal.throwIfAborted();
      if ((await folderBytes(folder)) > limits.diskBytes) limit = 'disk';
      else if (exit === null && performance.now() > deadline) limit = 'time';
      else if (exit === null) await Promise.race([group.exited, pause(control.signal)]);
    }
    if (limit === null) await group.end();
  } finally {
    await group.stop();
  }
  judgeEnding({ ...(exit ?? { code: null, signal: null }), limit, tail: lines.tail }, limits);
}

/** Until it is time to look again, or to stop. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, lookEvery);
    signal.addEventListener('abort', done);
  });
}

/** @throws FinalError PAWL_TRAINER_NOT_FOUND */
async function found(program: string, baseDirectory: string): Promise<string> {
  const path = await executableOf(program, baseDirectory);
  if (path !== null) return path;
  const where = program.includes('/') ? `under ${baseDirectory}` : 'on the PATH of this worker';
  throw new FinalError('PAWL_TRAINER_NOT_FOUND', `${program} is no program ${where}.`, {
    problems: [{ subject: 'training.command', message: `${program} is not there, or may not be run` }],
  });
}
