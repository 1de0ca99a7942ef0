import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { FinalError, TransientError } from '../../errors.ts';
import { formatDuration } from '../../spec/quantities.ts';
import type { TrainingControl, TrainingProgress } from '../trainer.ts';
import { commandEnvironment } from './environment.ts';
import type { Limits } from './job.ts';
import { type Exit, ProcessGroup } from './process-group.ts';
import { PrintedLines } from './progress-lines.ts';
import { folderBytes } from './work-folder.ts';

/** A trainer that ends so says that trying again cannot help (EX_USAGE of sysexits.h). */
const exitFinal = 64;
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
  void group.exited.then((ended) => (exit = ended));
  try {
    let looked = false;
    while (exit === null || !looked) {
      looked = exit !== null;
      await control.onProgress(progress);
      control.signal.throwIfAborted();
      const bytes = await folderBytes(folder);
      if (bytes > limits.diskBytes) throw overLimit(`more than ${inMegabytes(limits.diskBytes)} of disk`, 'training.disk', lines);
      if (exit === null && performance.now() > deadline)
        throw overLimit(`all of its ${formatDuration(limits.timeMs)}`, 'training.time_budget', lines);
      if (exit === null) await Promise.race([group.exited, pause(control.signal)]);
    }
    await group.end();
  } finally {
    await group.stop();
  }
  judge(exit, limits, lines);
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

function judge(exit: Exit | null, limits: Limits, lines: PrintedLines): void {
  if (exit?.code === 0) return;
  if (exit?.signal === 'SIGXFSZ') throw overLimit(`more than ${inMegabytes(limits.diskBytes)} of disk`, 'training.disk', lines);
  const how = exit?.signal == null ? `with exit code ${exit?.code}` : `by ${exit.signal}`;
  if (exit?.code === exitFinal)
    throw new FinalError('PAWL_TRAINER_REFUSED', `The trainer refuses (exit code 64)${said(lines)}`, { problems: [] });
  throw new TransientError('PAWL_TRAINER_FAILED', `The trainer ended ${how}${said(lines)}`);
}

function overLimit(what: string, subject: string, lines: PrintedLines): FinalError {
  const message = `The trainer used ${what} and was stopped${said(lines)}`;
  return new FinalError('PAWL_TRAINER_LIMIT', message, { problems: [{ subject, message: `${subject} is used up` }] });
}

/** The end of what it printed, as the end of a sentence. */
function said({ tail }: PrintedLines): string {
  return tail === '' ? '; it printed nothing.' : `. The end of what it printed:\n${tail}`;
}

function inMegabytes(bytes: number): string {
  return bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`;
}

/** The program's path: with a slash it starts at the folder of pawl.yaml, without one it is looked for on PATH. */
async function found(program: string, baseDirectory: string): Promise<string> {
  const places = program.includes('/')
    ? [resolve(baseDirectory, program)]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  for (const path of places) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  const where = program.includes('/') ? `under ${baseDirectory}` : 'on the PATH of this worker';
  throw new FinalError('PAWL_TRAINER_NOT_FOUND', `${program} is no program ${where}.`, {
    problems: [{ subject: 'training.command', message: `${program} is not there, or may not be run` }],
  });
}
