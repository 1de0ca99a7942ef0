import { isDeepStrictEqual } from 'node:util';
import { FinalError, type Problem } from '../errors.ts';
import type { VersionRecord } from '../registry/versions.ts';
import { digestFrom, type Statement, subjectName } from './statement.ts';

/** One thing that a statement binds to a version: what was signed, and what the registry says. */
export interface Binding {
  readonly subject: 'artifact' | 'dataset' | 'trainer' | 'parameters' | 'seed' | 'metrics' | 'gates' | 'override' | 'holdout';
  readonly signed: unknown;
  readonly recorded: unknown;
}

/** All that a statement and the registry both say of a version. */
export function bindingsOf({ subject: [artifact], predicate }: Statement, record: VersionRecord): Binding[] {
  const { externalParameters, resolvedDependencies } = predicate.buildDefinition;
  const evaluation = predicate.pawl_evaluation;
  const dataset = resolvedDependencies.find(({ name }) => name === 'dataset');
  return [
    { subject: 'artifact', signed: digestFrom(artifact.digest), recorded: record.digest },
    { subject: 'dataset', signed: dataset === undefined ? null : digestFrom(dataset.digest), recorded: record.datasetDigest },
    { subject: 'trainer', signed: externalParameters.trainer, recorded: record.trainer },
    { subject: 'parameters', signed: externalParameters.parameters, recorded: record.params },
    { subject: 'seed', signed: externalParameters.seed, recorded: record.seed },
    { subject: 'metrics', signed: evaluation.metrics, recorded: record.metrics },
    { subject: 'gates', signed: evaluation.gates, recorded: record.gates },
    { subject: 'override', signed: !evaluation.passed, recorded: record.overridden },
    { subject: 'holdout', signed: evaluation.holdoutFrom, recorded: record.holdoutFrom },
  ];
}

/** Equal as JSON: the order of keys does not count. */
export function agrees({ signed, recorded }: Pick<Binding, 'signed' | 'recorded'>): boolean {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
  return isDeepStrictEqual(plain(signed), plain(recorded));
}

/** @throws FinalError PAWL_ATTESTATION_INVALID with everything in which the registry says something else than was signed. */
export function requireAgreement(statement: Statement, record: VersionRecord): void {
  const differing = bindingsOf(statement, record).filter((binding) => !agrees(binding));
  if (differing.length === 0) return;
  const problems = differing.map(({ subject, signed, recorded }): Problem => ({
    subject,
    message: `${subject}: ${shown(signed)} was signed, and the registry says ${shown(recorded)}`,
  }));
  const named = differing.map(({ subject }) => subject).join(', ');
  throw new FinalError(
    'PAWL_ATTESTATION_INVALID',
    `The registry says something else of ${subjectName(record.model, record.version)} than was signed: ${named}.`,
    { problems },
  );
}

/** A value in a sentence. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
