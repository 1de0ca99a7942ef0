import { PawlError } from '../errors.ts';

/**
 * True where the registry refuses what it is given, so that giving it again does not help; false where it is away or busy.
 * SQLSTATE classes: 22 is a data exception, 23 a broken constraint (Postgres documentation, appendix A).
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof PawlError) return !error.retryable;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code);
}
