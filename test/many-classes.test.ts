import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../src/messages/names.ts';
import { packageFile } from '../src/package-root.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getDecision } from '../src/registry/decisions.ts';
import { listRevisions } from '../src/registry/traffic.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { Evaluation } from '../src/evaluation/evaluation.ts';
import { record } from './histories/record.ts';
import { quickRollout, RunningPawl, until } from './running-pawl.ts';
import { type LabelledRow, Traffic } from './traffic.ts';

/** Seven classes, from never married (a third of the rows) to the spouse of somebody in the armed forces (23 of 32,561). */
const label = 'marital-status';
const features = ['age', 'sex', 'education', 'occupation', 'hours-per-week', 'capital-gain', 'income'];

/** The census with another column to predict, as a CSV; its last rows as callers would send them. */
async function writeRows(file: string): Promise<LabelledRow[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    const columns = [...features, label].map((name) => `"${name}"`).join(', ');
    const source = `read_parquet('${packageFile('examples/income/data/income.parquet')}')`;
    await connection.run(`COPY (SELECT ${columns} FROM ${source}) TO '${file}' (FORMAT csv, HEADER)`);
    const reader = await connection.runAndReadAll(`SELECT * FROM read_csv('${file}') OFFSET 30000`);
    return reader.getRowObjectsJS().map(({ [label]: said, ...row }) => ({
      row: Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value as string | null)]),
      ),
      label: String(said),
    }));
  } finally {
    connection.closeSync();
  }
}

const more = `evaluation:
  slices:
    - by: ${label}
      at_least: 300 rows
      gates: [{ accuracy: { at_least: 0.02 } }]
    - { where: { sex: Female }, gates: [{ f1: { at_least: 0.2 } }] }
  behaviour:
    - must_hold: { row: { age: 17, sex: Male, income: "<=50K" }, answer: Never-married, because: at school }
    - invariance: { column: education, except: 40% }
  fairness: { groups: [sex], class: Never-married, equal_opportunity: { at_most: 50% } }
  robustness: { missing: 10%, loses_at_most: 0.2 }
`;

describe('a model of seven classes, from its data to a second version', () => {
  let pawl: RunningPawl;
  let rows: LabelledRow[];
  let traffic: Traffic | undefined;
  const url = (path: string) => `${pawl.gateway}${path}`;

  beforeAll(async () => {
    pawl = await RunningPawl.start({ example: 'income' });
    rows = await writeRows(join(pawl.folder, 'census.csv'));
  });
  afterAll(async () => {
    await traffic?.stop();
    await pawl?.stop();
  });

  it('is written by pawl init, which sees the classes, and applied as it is with more to evaluate', async () => {
    const file = join(pawl.folder, 'pawl.yaml');
    expect(await pawl.done('init', join(pawl.folder, 'census.csv'), '--out', file)).toMatchObject({
      task: 'multiclass-classification',
    });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('7 classes: Divorced, Married-AF-spouse, ');
    writeFileSync(file, text.replace('evaluation:\n', more));
    const quick = [
      'training.params.trees=30',
      'monitor.every=2s',
      'monitor.sample=400',
      'monitor.performance.at_least=50 labels',
    ];
    const set = [`model=${pawl.model}`, ...quickRollout, ...quick].flatMap((value) => ['--set', value]);
    await pawl.done('apply', file, ...set);
  });

  it('releases a first version, which is measured by class', async () => {
    const result = await pawl.done('release', pawl.model, '--reason', 'first version', '--wait');
    expect(result).toMatchObject({ outcome: 'promoted', version: 1 });
    const { metrics } = await getVersion(pawl.registry, pawl.model, 1);
    expect(Object.keys(metrics).toSorted()).toEqual(
      ['accuracy', 'auc', 'brier', 'ece', 'f1', 'log_loss', 'precision', 'recall'].toSorted(),
    );
    // The most frequent class alone would be right in 46 % of the rows.
    expect(metrics['accuracy']).toBeGreaterThan(0.6);
    expect(metrics['auc']).toBeGreaterThan(0.75);
    const decision = await getDecision(pawl.registry, `${pawl.model}/1/gates`);
    const evaluation = decision?.evidence as Evaluation | undefined;
    const { gates = [], groups } = evaluation ?? {};
    expect(evaluation?.classes?.map((one) => one.class)).toHaveLength(7);
    expect(gates.map(({ gate }) => gate).join()).toContain(`where ${label} is Never-married`);
    expect(gates.map(({ because }) => because).join()).toContain('is answered Never-married');
    expect(groups?.map(({ group }) => group)).toEqual(['sex is Female', 'sex is Male']);
  }, 120_000);

  it('answers with the class, its probability, and those of all classes', async () => {
    const [first] = rows;
    const response = await fetch(url(`/v1/models/${pawl.model}/predict`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ row: first?.row, id: 'by-hand' }),
    });
    const { predictions } = (await response.json()) as {
      predictions: { prediction: string; score: number; probabilities: Record<string, number> }[];
    };
    const { prediction = '', score = NaN, probabilities = {} } = predictions[0] ?? {};
    expect(Object.values(probabilities).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
    expect(Object.keys(probabilities)).toHaveLength(7);
    expect(probabilities[prediction]).toBe(score);
    expect(Math.max(...Object.values(probabilities))).toBe(score);

    const tensors = features.map((name) => ({
      name,
      datatype: typeof first?.row[name] === 'number' ? 'FP64' : 'BYTES',
      shape: [1, 1],
      data: [first?.row[name]],
    }));
    const inferred = await fetch(url(`/v2/models/${pawl.model}/infer`), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: tensors, outputs: [{ name: 'prediction' }, { name: 'probabilities' }] }),
    });
    const { outputs } = (await inferred.json()) as { outputs: { shape: number[]; data: unknown[] }[] };
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [1, 1],
      [1, 7],
    ]);
    expect(outputs[0]?.data).toEqual([prediction]);
    expect(outputs[1]?.data).toEqual(Object.values(probabilities));
  });

  it('takes labels of its classes and no others, and pawl why holds one against the answer', async () => {
    const send = (said: string) =>
      fetch(url(`/v1/models/${pawl.model}/feedback`), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'by-hand', label: said }),
      });
    const refused = await send('Engaged');
    expect(refused.status).toBe(422);
    expect(JSON.stringify(await refused.json())).toContain('Engaged is no class.');
    expect((await send(rows[0]?.label ?? '')).status).toBe(202);
    await until('the label is known', async () => {
      const { code, value } = await pawl.run('why', 'by-hand', '--model', pawl.model);
      return code === 0 && (value as { label: { label: string } | null }).label?.label === rows[0]?.label;
    });
  });

  it('takes a second version through shadow, ramp and bake, both held against the labels of the same requests', async () => {
    traffic = new Traffic(pawl, rows.slice(0, 400)).start(60);
    const result = await pawl.done('release', pawl.model, '--reason', 'an equal one', '--override-gates', '--wait');
    expect(result).toMatchObject({ outcome: 'promoted', version: 2 });
    expect(traffic.failures).toEqual([]);
    const revisions = await listRevisions(pawl.registry, pawl.model);
    expect(revisions.filter(({ challenger }) => challenger === 2).map(({ share }) => share)).toEqual([0, 0.05, 0.25, 0.5, 1, 1]);
    expect((await getDecision(pawl.registry, `${pawl.model}/2/gates`))?.because).toMatch(/accuracy is .* against the champion's/);
    for (const kind of ['release', 'rollout'] as const) await record(pawl.client, kind, workflowId[kind](pawl.model), 'classes');
  }, 180_000);

  it('watches what is predicted as it watches a feature', async () => {
    await until('the monitor has looked', async () => {
      const { code, value } = await pawl.run('drift', pawl.model);
      const { features: seen = [] } = (value ?? {}) as { features?: { feature: string; of: string }[] };
      return code === 0 && seen.some((one) => one.of === 'prediction' && one.feature === 'predicted class');
    });
  });

  it('takes a version back that learned nothing, by the labels', async () => {
    const { code, value } = await pawl.run(
      ...['release', pawl.model, '--reason', 'a rehearsal', '--override-gates', '--shuffle-labels', '--wait'],
    );
    expect({ code, value }).toMatchObject({ code: 3, value: { outcome: 'rolled_back', version: 3 } });
    expect((value as { because: string }).because).toMatch(/accuracy/);
    await traffic?.stop();
    expect(traffic?.failures).toEqual([]);
    expect((await getChampion(pawl.registry, pawl.model))?.version).toBe(2);
  }, 180_000);
});
