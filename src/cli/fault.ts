import { FinalError, PawlError, TransientError } from '../errors.ts';

/**
 * Whatever a command threw as an error with a code. Temporal's client throws what its server said of a call as a ServiceError
 * with gRPC's error as the cause; everything else that has no code yet is a fault of pawl.
 */
export function asPawlError(error: unknown): PawlError {
  if (error instanceof PawlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && (error.name === 'ServiceError' || 'details' in error)) {
    const { cause } = error;
    const details = cause instanceof Error && 'details' in cause ? String(cause.details) : '';
    const said = details === '' || message.includes(details) ? message : `${message}: ${details}`;
    return new TransientError('PAWL_TEMPORAL_UNAVAILABLE', `Temporal did not answer as it should: ${said}`, { cause: error });
  }
  return new FinalError('PAWL_INTERNAL', message, { cause: error });
}
