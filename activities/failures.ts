import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { ErrorCode } from '../src/errors.ts';
import { formatError, PawlError } from '../src/errors.ts';
import type { FailureType } from '../src/messages/failures.ts';

const types: Partial<Record<ErrorCode, FailureType>> = {
  PAWL_SPEC_INVALID: 'SpecInvalid',
  PAWL_CONTRACT_VIOLATED: 'ContractViolation',
  PAWL_TRAINING_PARAMS_INVALID: 'TrainingFailed',
  PAWL_TRAINING_IMPOSSIBLE: 'TrainingFailed',
  PAWL_SEARCH_IMPOSSIBLE: 'TrainingFailed',
  PAWL_CHECKPOINT_REFUSED: 'TrainingFailed',
  PAWL_TRAINER_NOT_FOUND: 'TrainingFailed',
  PAWL_TRAINER_REFUSED: 'TrainingFailed',
  PAWL_TRAINER_FAILED: 'TrainingFailed',
  PAWL_TRAINER_LIMIT: 'TrainingFailed',
  PAWL_TRAINER_OUTPUT_INVALID: 'TrainingFailed',
  PAWL_IMPORT_NOT_FOUND: 'TrainingFailed',
  PAWL_IMPORT_REFUSED: 'TrainingFailed',
  PAWL_IMPORT_UNCHANGED: 'NothingNew',
  PAWL_MLFLOW_REFUSED: 'TrainingFailed',
  PAWL_ARTIFACT_REFUSED: 'ArtifactRefused',
  PAWL_ATTESTATION_INVALID: 'ArtifactRefused',
  PAWL_EPOCH_SUPERSEDED: 'EpochSuperseded',
  PAWL_NO_WAY_BACK: 'NoWayBack',
  PAWL_REQUEST_REFUSED: 'RequestRefused',
};

/**
 * A pawl error as Temporal's: the class says whether it is retried, the type is stable, the details are its problems.
 * Any other error passes as it is and is retried.
 */
export function toFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || !(error instanceof PawlError)) return error;
  return ApplicationFailure.create({
    type: types[error.code] ?? error.code,
    message: formatError(error),
    nonRetryable: !error.retryable,
    details: [{ code: error.code, message: error.message, problems: error.problems.slice(0, 20) }],
    cause: error,
  });
}

/** Translates at the one place that every activity passes. */
export const failureInterceptor = (): { inbound: ActivityInboundCallsInterceptor } => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        throw toFailure(error);
      }
    },
  },
});
