/** Types of the non-retryable failures: expected ends of a release, not faults. Stable names, seen in the Temporal UI. */
export const failureTypes = [
  'SpecInvalid',
  'ContractViolation',
  'TrainingFailed',
  'NothingNew',
  'ArtifactRefused',
  'EpochSuperseded',
  'NoWayBack',
  'RequestRefused',
] as const;
export type FailureType = (typeof failureTypes)[number];
