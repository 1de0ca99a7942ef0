import { ApplicationFailure } from '@temporalio/common';
import type { ErrorCode, Problem } from '../errors.ts';
import { catalogue } from '../error-catalogue.ts';
import { FinalError } from '../errors.ts';

interface Details {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
}

/**
 * Why an update was refused or failed. Temporal wraps failures in failures: the one that has a code of ours says it best,
 * and else the innermost, since those around it say only that something below failed.
 */
export function refusal(error: Error): FinalError {
  let innermost: Error = error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const details: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    if (isOurs(details)) return new FinalError(details.code, details.message, { problems: details.problems, cause: error });
    innermost = cause;
  }
  return new FinalError('PAWL_REQUEST_REFUSED', innermost.message, { cause: error });
}

function isOurs(details: unknown): details is Details {
  return typeof details === 'object' && details !== null && 'code' in details && String(details.code) in catalogue;
}
