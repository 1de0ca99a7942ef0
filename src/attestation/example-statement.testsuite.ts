import { describeVersion, type VersionFacts } from './describe-version.ts';
import type { Admission, Statement } from './statement.ts';

export const artifactDigest = `sha256:${'ab'.repeat(32)}`;

const facts: VersionFacts = {
  version: {
    model: 'electricity',
    version: 3,
    digest: artifactDigest,
    trainer: 'gbt',
    params: { trees: 200, learning_rate: 0.1 },
    seed: 1,
  },
  dataset: {
    digest: `sha256:${'cd'.repeat(32)}`,
    rows: 1000,
    quarantined: 2,
    oldest: '1996-05-07T00:00:00.000Z',
    newest: '1997-05-01T00:00:00.000Z',
  },
  release: { id: 'electricity/3', specDigest: 'sha256:spec', asOf: null, shuffleLabels: false, startedAt: new Date(0) },
  trigger: { kind: 'person', by: 'ada', because: 'größerer Bestand' },
  code: { pawl: '0.1.0', digest: `sha256:${'ef'.repeat(32)}` },
  evaluation: {
    metrics: { auc: 0.87, f1: Number.NaN },
    champion: 2,
    championMetrics: { auc: 0.86 },
    gates: [{ gate: 'auc at_least 0.7', metric: 'auc', passed: true, value: 0.87, bound: 0.7, because: 'auc is 0.87' }],
    passed: true,
    holdoutFrom: '1997-04-24T00:00:00.000Z',
  },
};

export const exampleAdmission: Admission = {
  by: 'pawl',
  because: 'auc is 0.87',
  at: '1997-05-02T00:00:00.000Z',
  approval: null,
  override: null,
  adopted: false,
};

/** A statement of v3 of electricity, let into its rollout. */
export function exampleStatement(
  changes: Partial<VersionFacts['version']> = {},
  admission: Admission | null = exampleAdmission,
): Statement {
  return describeVersion({ ...facts, version: { ...facts.version, ...changes } }, admission);
}
