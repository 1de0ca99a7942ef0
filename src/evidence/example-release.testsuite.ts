import type { ReleaseEvidence } from './report/release-report.ts';
import { exampleSearch } from './example-search.testsuite.ts';
import { exampleClasses, exampleEvaluation, exampleVersion } from './example-version.testsuite.ts';

const at = (time: string) => new Date(`2026-03-01T${time}Z`);

/** A release that was promoted after an approval, with something to say in every section. */
export function exampleRelease(): ReleaseEvidence {
  const { record, release, trigger, spec, dataset } = exampleVersion(3);
  if (release === null || spec === null || dataset === null) throw new Error('the example has all of them');
  const { spec: read } = spec;
  return {
    release,
    trigger,
    spec: { ...spec, spec: { ...read, release: { ...read.release, approval: 'required' } } },
    dataset,
    version: record,
    evaluation: {
      ...exampleEvaluation,
      champion: 2,
      championMetrics: { auc: 0.84, accuracy: 0.75 },
      gates: [
        {
          gate: 'auc at_least 0.7',
          metric: 'auc',
          passed: true,
          value: 0.87,
          bound: 0.7,
          because: 'auc is 0.87, at least 0.7 is asked',
        },
        {
          gate: 'accuracy better_than_champion_by 0.02',
          metric: 'accuracy',
          passed: false,
          value: 0.79,
          bound: 0.8,
          because: 'accuracy is 0.79',
          gain: 0.04,
          interval: { low: -0.01, high: 0.09, confidence: 0.95, method: 'McNemar (mid-p), Tango' },
        },
      ],
      classes: exampleClasses,
      groups: [
        {
          column: 'sex',
          group: 'sex is Female',
          rows: 120,
          selection: { value: 0.24, rows: 120, low: 0.2, high: 0.3 },
          truePositive: null,
          falsePositive: null,
          calibration: null,
        },
      ],
      reliability: [
        { from: 0, to: 0.1, rows: 12, meanScore: 0.05, positive: 0.08, low: 0.01, high: 0.3 },
        { from: 0.9, to: 1, rows: 8, meanScore: 0.95, positive: 0.9, low: 0.6, high: 0.99 },
      ],
    },
    steps: [
      {
        release: 'electricity/3',
        step: 'train',
        part: '',
        attempt: 1,
        state: 'done',
        takenFrom: null,
        because: 'trained again: parameters changed (trees 100 to 200)',
        rows: 80,
        cpuMs: 2100,
        wallMs: 1200,
        bytesRead: 4000,
        bytesWritten: 734_000,
        startedAt: at('10:00:10'),
        endedAt: at('10:00:12'),
      },
    ],
    search: exampleSearch,
    decisions: [
      {
        workflow: 'release',
        stage: 'approval',
        action: 'approve',
        because: 'grace approved v3: the numbers hold',
        at: at('10:05:00'),
        evidence: { by: 'grace' },
      },
      {
        workflow: 'rollout',
        stage: 'ramp 1',
        action: 'advance',
        because: '1,204 requests without an error',
        at: at('11:00:00'),
        evidence: { elapsed: 600_000, challenger: { requests: 1204, errors: 0 } },
      },
    ],
    operations: [
      {
        requestId: 'r1',
        model: 'electricity',
        action: 'approve',
        by: 'grace',
        reason: 'the numbers hold',
        askedAt: at('10:04:00'),
        finishedAt: at('10:05:00'),
        because: 'grace approved v3: the numbers hold',
        revision: null,
        release: 'electricity/3',
      },
    ],
    revisions: [
      { champion: 2, challenger: 3, share: 0, shadowShare: 1, from: at('10:06:00'), until: at('10:30:00') },
      { champion: 2, challenger: 3, share: 0.25, shadowShare: 0.5, from: at('10:30:00'), until: at('11:00:00') },
      { champion: 2, challenger: 3, share: 1, shadowShare: 0, from: at('11:00:00'), until: at('12:00:00') },
      { champion: 3, challenger: null, share: 0, shadowShare: 0, from: at('12:00:00'), until: null },
    ].map((revision, i) => ({ ...revision, revision: 10 + i, segments: ['beta'], because: `step ${i}` })),
    counts: [
      { revision: 11, version: 2, answered: 900, errors: 1, beside: 300 },
      { revision: 11, version: 3, answered: 304, errors: 0, beside: 900 },
    ],
    reigns: [
      {
        version: 3,
        release: 'electricity/3',
        by: 'pawl',
        because: 'the bake of 1 h is over',
        since: at('12:00:00'),
        until: null,
        operationId: 'run-3/4/end',
      },
    ],
    manifest: {
      format: 1,
      model: 'electricity',
      dataset,
      snapshot: {
        uri: 'file:///store/s.parquet',
        digest: dataset.digest,
        sourcesUri: 'file:///store/s.json',
        rows: 102,
        oldest: dataset.oldest,
        newest: dataset.newest,
      },
      specDigest: spec.digest,
      profile: [
        {
          name: 'period',
          type: 'number',
          count: 100,
          missing: 1,
          distinct: 48,
          mean: 0.5,
          sd: 0.29,
          min: 0,
          max: 1,
          quantiles: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
        },
        { name: 'class', type: 'category', count: 100, missing: 0, distinct: 2, top: [{ value: 'DOWN', count: 58 }] },
      ],
      violations: [
        {
          rule: 'min',
          column: 'period',
          count: 2,
          share: 0.02,
          because: '2 rows have a period below 0',
          examples: [],
          quarantined: true,
        },
      ],
      sources: { files: [{ path: 'data/1996.csv', bytes: 1234 }], ignored: ['note'], absent: {} },
      quarantineUri: null,
    },
    served: { requests: 1204, p50: 0.21, p99: 0.5, cpuMicrosPerRow: 40, memoryBytes: 2 ** 20 },
    signatures: {
      holds: true,
      checks: [
        { subject: 'signature', result: 'holds', because: 'key c0ffee, which is trusted here' },
        { subject: 'dataset bytes', result: 'unknown', because: 'the object store does not have it any more' },
      ],
    },
    made: { at: at('13:00:00'), by: 'grace', pawl: '0.1.0' },
  };
}

/** Those that people and sources write: names, reasons, values. What pawl itself writes stays: ids, times, kinds of things. */
export function replaceTexts(evidence: ReleaseEvidence, text: string): ReleaseEvidence {
  const { release, trigger, spec, evaluation, version, manifest, decisions, operations, revisions, steps, search, signatures } =
    evidence;
  if (evaluation === null || version === null || manifest === null || trigger === null)
    throw new Error('the example has all of them');
  const named = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.values(values).map((value, i) => [`${text}${i}`, value]));
  return {
    ...evidence,
    release: { ...release, id: text, model: text, because: text },
    trigger: { ...trigger, because: text, by: text },
    spec: { ...spec, source: text, digest: text, spec: { ...spec.spec, model: text, owner: text, description: text } },
    evaluation: {
      ...evaluation,
      because: text,
      metrics: named(evaluation.metrics),
      gates: evaluation.gates.map((gate) => ({ ...gate, gate: text, because: text })),
      classes: (evaluation.classes ?? []).map((report) => ({ ...report, class: text })),
      groups: (evaluation.groups ?? []).map((group) => ({ ...group, group: text })),
    },
    version: {
      ...version,
      trainer: text,
      digest: text,
      code: { pawl: text, digest: text },
      params: { [text]: text, [`${text}2`]: { [text]: text } },
      importances: named(version.importances),
    },
    manifest: {
      ...manifest,
      profile: manifest.profile.map((column) => ({
        ...column,
        name: text,
        ...(column.top && { top: [{ value: text, count: 3 }] }),
      })),
      violations: manifest.violations.map((violation) => ({ ...violation, because: text })),
      sources: { files: [{ path: text, bytes: 3 }], ignored: [text], absent: {} },
    },
    steps: steps.map((step) => ({ ...step, because: text, takenFrom: text })),
    search: search && {
      ...search,
      trials: search.trials.map((trial) => ({
        ...trial,
        params: named(trial.params),
        resource: trial.resource && text,
        because: trial.because && text,
      })),
      choice: search.choice && {
        ...search.choice,
        because: text,
        evidence: { ...(search.choice.evidence as object), metric: text },
      },
    },
    decisions: decisions.map((word) => ({ ...word, because: text, action: text, evidence: replaced(word.evidence, text) })),
    operations: operations.map((operation) => ({ ...operation, by: text, reason: text, because: text, action: text })),
    revisions: revisions.map((revision) => ({ ...revision, because: text, segments: [text] })),
    signatures:
      typeof signatures === 'string' || signatures === null
        ? text
        : { ...signatures, checks: signatures.checks.map((check) => ({ ...check, because: text, subject: text })) },
    made: { ...evidence.made, by: text, pawl: text },
  };
}

/** Every text within a value. */
function replaced<T>(value: T, text: string): T {
  if (typeof value === 'string') return text as T;
  if (Array.isArray(value)) return value.map((one: unknown) => replaced(one, text)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one as unknown, text)])) as T;
}
