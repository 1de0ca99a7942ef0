import { FinalError, TransientError } from '../../errors.ts';
import { formatDuration } from '../../spec/quantities.ts';
import type { Limits } from './job.ts';

/** A trainer that ends so says that trying again cannot help (EX_USAGE of sysexits.h). */
const exitFinal = 64;

/** How a trainer ended. */
export interface Ending {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** What it had used up when it was stopped; null where it ended by itself. */
  readonly limit: 'time' | 'disk' | null;
  /** The end of what it printed. */
  readonly tail: string;
}

/**
 * Returns where the trainer ended well.
 * @throws FinalError PAWL_TRAINER_REFUSED (exit 64), PAWL_TRAINER_LIMIT (time or disk)
 * @throws TransientError PAWL_TRAINER_FAILED for any other end but exit 0
 */
export function judgeEnding({ code, signal, limit, tail }: Ending, limits: Limits): void {
  const said = tail === '' ? '; it printed nothing.' : `. The end of what it printed:\n${tail}`;
  if (limit === 'time') throw overLimit(`all of its ${formatDuration(limits.timeMs)}`, 'training.time_budget', said);
  // The kernel's word where a single file grew beyond what it may be.
  if (limit === 'disk' || signal === 'SIGXFSZ')
    throw overLimit(`more than ${inMegabytes(limits.diskBytes)} of disk`, 'training.disk', said);
  if (code === 0) return;
  if (code === exitFinal)
    throw new FinalError('PAWL_TRAINER_REFUSED', `The trainer refuses (exit code 64)${said}`, { problems: [] });
  throw new TransientError(
    'PAWL_TRAINER_FAILED',
    `The trainer ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}${said}`,
  );
}

function overLimit(what: string, subject: string, said: string): FinalError {
  const problems = [{ subject, message: `${subject} is used up` }];
  return new FinalError('PAWL_TRAINER_LIMIT', `The trainer used ${what} and was stopped${said}`, { problems });
}

function inMegabytes(bytes: number): string {
  return bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`;
}
