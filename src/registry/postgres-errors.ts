import { FinalError, PawlError, TransientError } from '../errors.ts';

/** Of Node's sockets, where no server answers, or stops to. */
const connectionLost = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** pg has no codes for what it notices by itself. */
const lostInWords =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|after calling end/;

/**
 * Postgres' SQLSTATEs, by their beginning, where the same statement may succeed later: connection trouble, login refused,
 * no such database, resources, shutdown, statements cut off, deadlocks and serialization.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const transient = ['08', '28', '3D', '53', '57', '58', '40', '55P03'];

/** What the server says about a value: of a wrong form, or against a constraint. */
const refused = ['22', '23'];

/** A table, column or function that is missing. */
const notMigrated = ['42P01', '42703', '42883'];

/**
 * What an error of pg means for pawl: TransientError PAWL_REGISTRY_UNAVAILABLE or PAWL_REGISTRY_NOT_MIGRATED, FinalError
 * PAWL_REGISTRY_REFUSED; any other error as it is.
 */
export function asRegistryError(error: unknown): unknown {
  if (error instanceof PawlError || !(error instanceof Error)) return error;
  const { code = '', detail } = error as Error & { code?: string; detail?: string };
  const says = (beginnings: readonly string[]) => code.length === 5 && beginnings.some((beginning) => code.startsWith(beginning));
  if (says(refused)) {
    const message = `The registry refuses a value: ${error.message}${detail === undefined ? '' : ` (${detail})`}.`;
    return new FinalError('PAWL_REGISTRY_REFUSED', message, { cause: error });
  }
  if (says(notMigrated))
    return new TransientError('PAWL_REGISTRY_NOT_MIGRATED', `The registry: ${error.message}.`, { cause: error });
  if (says(transient) || connectionLost.has(code) || lostInWords.test(error.message)) {
    return new TransientError('PAWL_REGISTRY_UNAVAILABLE', `The registry cannot be used now: ${reason(error)}.`, {
      cause: error,
    });
  }
  return error;
}

/** A host with several addresses fails with several errors, and then has no message of its own. */
function reason(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message === '' && first instanceof Error ? first.message : error.message;
}
