import type { DatasetRef } from '../data/dataset.ts';
import type { ReleaseRecord } from '../registry/releases.ts';
import type { TriggerRecord } from '../registry/triggers.ts';
import type { VersionRecord } from '../registry/versions.ts';
import {
  type Admission,
  buildType,
  digestSetOf,
  type Evaluated,
  predicateType,
  type Statement,
  statementType,
  subjectName,
} from './statement.ts';

/** What pawl did the work, and of a trainer that is not its own, the digest of its code. */
export interface Code {
  /** Version of the pawl that trained. */
  readonly pawl: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest?: string | undefined;
}

/** Everything that a statement binds, as the parts of pawl name it. */
export interface VersionFacts {
  readonly version: Pick<VersionRecord, 'model' | 'version' | 'digest' | 'trainer' | 'params' | 'seed'>;
  readonly dataset: Pick<DatasetRef, 'digest' | 'rows' | 'quarantined' | 'oldest' | 'newest'>;
  readonly release: Pick<ReleaseRecord, 'id' | 'specDigest' | 'asOf' | 'shuffleLabels' | 'startedAt'>;
  readonly trigger: Pick<TriggerRecord, 'kind' | 'by' | 'because'> | null;
  readonly code: Code;
  readonly evaluation: Evaluated;
}

/** The statement of a version; no URIs, which say where something lies and not what it is. */
export function describeVersion(facts: VersionFacts, admission: Admission | null): Statement {
  const { version, dataset, release, trigger, code, evaluation } = facts;
  const { digest, rows, quarantined, oldest, newest } = dataset;
  return plain({
    _type: statementType,
    subject: [{ name: subjectName(version.model, version.version), digest: digestSetOf(version.digest) }],
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: {
          model: version.model,
          trainer: version.trainer,
          parameters: version.params,
          seed: version.seed,
          spec: release.specDigest,
          trigger: trigger === null ? null : { kind: trigger.kind, by: trigger.by, because: trigger.because },
          asOf: release.asOf,
          shuffleLabels: release.shuffleLabels,
        },
        resolvedDependencies: [
          { name: 'dataset', digest: digestSetOf(digest), annotations: { rows, quarantined, oldest, newest } },
          ...(code.digest === undefined ? [] : [{ name: 'trainer', digest: digestSetOf(code.digest) }]),
        ],
      },
      runDetails: {
        builder: { id: 'urn:pawl:pipeline', version: { pawl: code.pawl } },
        metadata: { invocationId: release.id, startedOn: release.startedAt.toISOString() },
      },
      pawl_evaluation: evaluation,
      pawl_admission: admission,
    },
  });
}

/** As it reads once it was written: numbers that JSON does not know are null, and what is undefined is not there. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
