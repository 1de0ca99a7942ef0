import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { DatasetManifest, SnapshotRef } from '../data/dataset.ts';
import { packageFile } from '../package-root.ts';
import { exampleDataset, exampleSpec } from '../registry/example-model.testsuite.ts';
import { FacetWriter, stepRunId } from './facets.ts';
import { type RunEvent, runEvent, type Teller } from './run-event.ts';
import { type StepGiven, type StepMade, toldOf, type ToldStep } from './told-steps.ts';

const patterns = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
  uri: /^[a-z][a-z\d+.-]*:[^\s]+$/,
};
const isEvent = new Ajv2020({ allErrors: true, formats: patterns }).compile<RunEvent>(
  JSON.parse(readFileSync(packageFile('test/schemas/openlineage.json'), 'utf8')) as object,
);

const teller: Teller = { facets: new FacetWriter('0.1.0'), namespace: 'pawl', version: '0.1.0' };
const spec = { ...exampleSpec('electricity'), description: 'Is it dear?' };
const release = { id: 'electricity/3', model: 'electricity', runId: '0198c2f4-0000-7000-8000-000000000001', asOf: null };
const about = { spec, baseDirectory: '/models/electricity' };

const dataset = exampleDataset();
const snapshot: SnapshotRef = {
  uri: 's3://lake/pawl/snapshots/s.parquet',
  digest: `sha256:${'c'.repeat(64)}`,
  sourcesUri: 's3://lake/pawl/snapshots/s.json',
  rows: 102,
  oldest: null,
  newest: null,
};
const manifest = {
  dataset,
  violations: [
    { rule: 'null', column: 'nswprice', count: 2, share: 0.02, because: '2 are missing', examples: [], quarantined: true },
  ],
  profile: [
    {
      name: 'nswprice',
      type: 'number',
      count: 100,
      missing: 1,
      distinct: 40,
      mean: 2,
      sd: 1,
      min: 0,
      max: 5,
      quantiles: [0, 2, 5],
    },
    { name: 'day', type: 'category', count: 100, missing: 0, distinct: 7, top: [] },
    { name: 'period', type: 'number', count: 100, missing: 100, distinct: 0 },
  ],
} as unknown as DatasetManifest;
const candidate = {
  uri: 'file:///store/artifacts/b.onnx',
  digest: `sha256:${'b'.repeat(64)}`,
  trainer: 'gbt',
  seed: 1,
  params: { trees: 200, sampling: { rows: 0.5 } },
  trainedRows: 80,
};
const found = { metrics: { auc: 0.87 }, champion: 2, passed: true, because: 'auc is 0.87', rows: 20 };

const event = (step: ToldStep, given: StepGiven, made: StepMade | null) => {
  const type = made === null ? 'START' : 'COMPLETE';
  const told = toldOf(teller, about, step, given, made);
  return runEvent(teller, { release, spec }, { job: step, type, at: new Date('2026-01-31T00:00:00Z'), told });
};

const cases: [ToldStep, StepGiven, StepMade][] = [
  ['ingest', {}, { output: snapshot, sources: { files: [{ path: 'data/1996.csv', bytes: 9 }], ignored: [], absent: {} } }],
  ['validate', { snapshot }, { output: dataset, manifest }],
  ['train', { dataset }, { output: candidate, manifest }],
  ['evaluate', { dataset, candidate }, { output: found, champion: { version: 2, uri: 'file:///store/artifacts/a.onnx' } }],
  ['register', { dataset, candidate, evaluation: found }, { output: { version: 3 } }],
];

describe('what is told of a step', () => {
  it.each(cases)('is an event of OpenLineage as it begins and as it ends: %s', (step, given, made) => {
    for (const told of [event(step, given, null), event(step, given, made)]) {
      isEvent(told);
      expect(isEvent.errors ?? []).toEqual([]);
      expect(told.run.facets['parent']).toMatchObject({ run: { runId: release.runId }, job: { name: 'electricity.release' } });
      expect(told.run.runId).toBe(stepRunId('electricity/3', step));
    }
  });

  it('leads from the files to the version: each step reads what one before has made', () => {
    const ended = cases.map(([step, given, made]) => event(step, given, made));
    const made = new Set<string>();
    const key = (each: { namespace: string; name: string; facets: object }) =>
      `${each.namespace} ${each.name} ${JSON.stringify((each.facets as { version?: object }).version)}`;
    for (const [i, { inputs, outputs }] of ended.entries()) {
      const champion = ({ name }: { name: string }) => i === 3 && name === 'electricity.model';
      if (i > 0) expect(inputs.filter((each) => !champion(each) && !made.has(key(each)))).toEqual([]);
      for (const each of outputs) made.add(key(each));
    }
    expect(ended[0]?.inputs).toEqual([
      { namespace: 'file', name: '/models/electricity/data/1996.csv', facets: {}, inputFacets: {} },
    ]);
    expect(ended[4]?.outputs[0]).toMatchObject({
      name: 'electricity.model',
      facets: {
        version: { datasetVersion: 'v3' },
        symlinks: { identifiers: [{ namespace: 'file', name: '/store/artifacts/b.onnx' }] },
        pawl_training: { trainer: 'gbt', params: candidate.params },
        pawl_evaluation: { metrics: { auc: 0.87 }, champion: 2 },
      },
    });
  });

  it('says how the columns look that were learned from, and which rules were broken', () => {
    const [, validate, train] = cases.map(([step, given, made]) => event(step, given, made));
    expect(train?.inputs[0]?.inputFacets['dataQualityMetrics']).toMatchObject({
      rowCount: 100,
      columnMetrics: {
        nswprice: { count: 100, nullCount: 1, distinctCount: 40, min: 0, max: 5, sum: 198, quantiles: { 0: 0, 0.5: 2, 1: 5 } },
        period: { count: 100, nullCount: 100 },
      },
    });
    expect(validate?.inputs[0]?.inputFacets['dataQualityAssertions']).toMatchObject({
      assertions: [
        { assertion: 'contract', success: true },
        { assertion: 'null', success: false, column: 'nswprice' },
      ],
    });
    expect(validate?.inputs[0]).toMatchObject({
      name: 'electricity.snapshot',
      facets: { version: { datasetVersion: snapshot.digest } },
    });
  });

  it('says of a step that was taken which release and which run did the work, and of one that was done why', () => {
    const taken = { takenFrom: 'electricity/2', because: 'taken from electricity/2' };
    const again = { takenFrom: null, because: 'evaluated again: champion changed' };
    const [train, evaluate] = [
      event('train', { dataset }, { output: { ...candidate, step: taken }, manifest }),
      event('evaluate', { dataset, candidate }, { output: { ...found, step: again } }),
    ];
    for (const told of [train, evaluate]) {
      isEvent(told);
      expect(isEvent.errors ?? []).toEqual([]);
    }
    expect(train.run.facets['pawl_step']).toMatchObject({
      state: 'taken',
      because: 'taken from electricity/2',
      takenFrom: {
        release: 'electricity/2',
        run: { runId: stepRunId('electricity/2', 'train') },
        job: { namespace: 'pawl', name: 'electricity.train' },
      },
    });
    expect(train.run.facets['executionParameters']).toBeDefined();
    expect(evaluate.run.facets['pawl_step']).toMatchObject({ state: 'done', because: again.because, takenFrom: null });
    expect(event('train', { dataset }, null).run.facets['pawl_step']).toBeUndefined();
    expect(event('train', { dataset }, { output: candidate, manifest }).run.facets['pawl_step']).toBeUndefined();
  });

  it('names where an imported model is from', () => {
    const imported = { ...candidate, trainer: 'import', params: { mlflow: 'models:/price@prod', version: '7' } };
    const told = event('train', { dataset }, { output: imported });
    isEvent(told);
    expect(isEvent.errors ?? []).toEqual([]);
    expect(told.inputs.at(-1)).toMatchObject({ namespace: 'mlflow', name: 'models:/price@prod' });
  });
});

describe('the schema that events are held against', () => {
  it('knows a wrong event', () => {
    const right = event('ingest', {}, null);
    expect(isEvent({ ...right, eventTime: 'yesterday' })).toBe(false);
    expect(isEvent({ ...right, run: { ...right.run, runId: 'x' } })).toBe(false);
    expect(isEvent({ ...right, job: { name: 'x', facets: {} } })).toBe(false);
    const facets = { ...right.job.facets, ownership: { ...right.job.facets['ownership'], owner: 'misspelt' } };
    expect(isEvent({ ...right, job: { ...right.job, facets } })).toBe(false);
    expect(isEvent(right)).toBe(true);
  });
});
