import type { Evaluation } from '../evaluation/evaluation.ts';
import type { VersionHistory } from '../registry/version-history.ts';
import { exampleDataset, exampleSpec } from '../registry/example-model.testsuite.ts';
import type { ComparedVersion } from './compare-versions.ts';

export const exampleEvaluation: Evaluation = {
  metrics: { auc: 0.87, accuracy: 0.79 },
  championMetrics: null,
  champion: null,
  gates: [],
  passed: true,
  because: 'auc is 0.87 on 20 held-out rows, at least 0.7 is asked',
  rows: 20,
  holdoutFrom: '1997-04-24T00:00:00.000Z',
  intervals: {
    auc: { low: 0.85, high: 0.89, confidence: 0.95, method: 'bootstrap (BCa)' },
    accuracy: { low: 0.77, high: 0.81, confidence: 0.95, method: 'Wilson' },
  },
  bytes: 734_000,
};

const at = new Date('2026-03-01T10:00:00Z');

/** Of three classes, the last of which no held-out row has. */
export const exampleClasses: NonNullable<Evaluation['classes']> = [
  {
    class: 'mid',
    rows: 40,
    predicted: 50,
    recall: { value: 0.5, low: 0.4, high: 0.6 },
    precision: { value: 0.4, low: 0.3, high: 0.5 },
  },
  { class: 'low', rows: 12, predicted: 0, recall: { value: 0, low: 0, high: 0.2 }, precision: null },
  { class: 'rare', rows: 0, predicted: 0, recall: null, precision: null },
];

/** A version that ended promoted, with all that is known of one. */
export function exampleVersion(version: number, changes: Partial<VersionHistory['record']> = {}): ComparedVersion {
  const model = 'electricity';
  const release = `${model}/${version}`;
  return {
    record: {
      model,
      version,
      release,
      uri: `file:///store/artifacts/${version}.onnx`,
      digest: `sha256:${String(version).repeat(64).slice(0, 64)}`,
      datasetDigest: exampleDataset().digest,
      trainer: 'gbt',
      params: { trees: 200, leaves: 31 },
      seed: 1,
      metrics: exampleEvaluation.metrics,
      gates: [],
      importances: { nswprice: 0.6, period: 0.4 },
      holdoutFrom: exampleEvaluation.holdoutFrom,
      overridden: false,
      reference: null,
      incumbent: null,
      copyOf: null,
      code: { pawl: '0.1.0' },
      createdAt: at,
      ...changes,
    },
    release: {
      id: release,
      model,
      number: version,
      runId: `run-${version}`,
      specDigest: 'sha256:5bec',
      triggerId: `trigger-${version}`,
      drill: false,
      overrideGates: false,
      shuffleLabels: false,
      asOf: null,
      stage: 'promoted',
      datasetDigest: exampleDataset().digest,
      version,
      outcome: 'promoted',
      because: 'the bake of 1 h is over',
      metrics: exampleEvaluation.metrics,
      startedAt: at,
      endedAt: new Date('2026-03-01T12:00:00Z'),
    } as NonNullable<VersionHistory['release']>,
    trigger: {
      id: `trigger-${version}`,
      kind: 'person',
      because: 'new prices',
      by: 'ada',
      model,
      release,
      evidence: {},
      at,
    },
    spec: {
      spec: exampleSpec(model),
      digest: 'sha256:5bec',
      source: 'model: electricity\nrelease: { bake: 1h }\n',
      baseDirectory: '/',
    },
    dataset: exampleDataset(),
    evaluation: exampleEvaluation,
    search: null,
    approval: null,
    bytes: 734_000,
    served: { requests: 1204, p50: 0.2, p99: 0.5, cpuMicrosPerRow: 40, memoryBytes: 2 ** 20 },
  };
}
