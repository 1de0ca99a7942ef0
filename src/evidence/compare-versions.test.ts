import { describe, expect, it } from 'vitest';
import { diffText } from '../cli/diff-text.ts';
import type { GateResult } from '../evaluation/gate-result.ts';
import { exampleDataset } from '../registry/example-model.testsuite.ts';
import { compareVersions } from './compare-versions.ts';
import { exampleClasses, exampleEvaluation, exampleVersion } from './example-version.testsuite.ts';

const gate = (name: string, passed: boolean): GateResult => ({
  gate: name,
  metric: 'auc',
  passed,
  value: 0.8,
  bound: 0.7,
  because: `auc is 0.8 (${name})`,
});
const other = { ...exampleDataset('c'), rows: 140 };

describe('two versions side by side', () => {
  it('differ in nothing but their numbers where everything else is the same', () => {
    const diff = compareVersions(exampleVersion(3), exampleVersion(5), null);
    expect(diff).toMatchObject({
      from: 3,
      to: 5,
      data: { same: true, added: [], removed: [] },
      parameters: [],
      spec: [],
      gates: [],
    });
    const text = diffText(diff);
    expect(text).toContain('the same dataset');
    expect(text).not.toMatch(/trainer|seed|code|parameters|pawl\.yaml|importance|artifact/);
  });

  it('are told apart in parameters, code, what the file says, size and what they cost', () => {
    const [before, after] = [exampleVersion(3), exampleVersion(5, { params: { trees: 300, leaves: 31 }, seed: 2, code: null })];
    const spec = after.spec && { ...after.spec, source: 'model: electricity\nrelease: { bake: 5m }\n' };
    const diff = compareVersions(before, { ...after, spec, bytes: 1_234_567, served: null }, null);
    expect(diff.parameters).toEqual([{ path: 'trees', from: 200, to: 300 }]);
    expect(diff.spec).toEqual([{ path: 'release.bake', from: '1h', to: '5m' }]);
    const text = diffText(diff);
    for (const line of [
      'parameters  trees 200 to 300',
      'pawl.yaml   release.bake 1h to 5m',
      'code        pawl 0.1.0 to not kept',
      'seed        1 to 2',
      'artifact    734 kB to 1.2 MB',
      'served      1,204 requests, p50 0.2 ms, p99 0.5 ms, 40 µs of CPU a row to never',
    ])
      expect(text).toContain(line);
  });

  it('are told apart class by class, also where one alone knows a class', () => {
    const [mid, ...rest] = exampleClasses;
    const better = { ...mid, recall: { value: 0.75, low: 0.6, high: 0.8 } } as NonNullable<typeof mid>;
    const of = (version: number, classes: typeof exampleClasses) => ({
      ...exampleVersion(version),
      evaluation: { ...exampleEvaluation, classes },
    });
    const diff = compareVersions(of(3, exampleClasses), of(5, [better, ...rest.slice(0, 1)]), null);
    expect(diff.classes.map((one) => [one.class, one.from?.recall?.value, one.to?.recall?.value])).toEqual([
      ['mid', 0.5, 0.75],
      ['low', 0, 0],
      ['rare', undefined, undefined],
    ]);
    const text = diffText(diff);
    expect(text).toMatch(/mid\W+40 to 40\W+0\.5 to 0\.75\W+0\.4 to 0\.4/);
    expect(text).toMatch(/rare\W+0 to none/);
    expect(diffText(compareVersions(exampleVersion(3), exampleVersion(5), null))).not.toContain('classes');
  });

  it('are compared on the same rows where the one was held against the other, in either order', () => {
    const against = { ...exampleEvaluation, champion: 3, championMetrics: { auc: 0.84, accuracy: 0.75 }, rows: 77 };
    const diff = compareVersions(exampleVersion(3), { ...exampleVersion(5), dataset: other, evaluation: against }, null);
    expect(diff.metrics).toMatchObject({ rows: 'the same', count: { from: 77, to: 77 } });
    expect(diff.metrics.values[0]).toMatchObject({
      metric: 'auc',
      from: 0.84,
      fromInterval: null,
      to: 0.87,
      toInterval: { low: 0.85 },
    });
    const back = compareVersions({ ...exampleVersion(5), evaluation: against }, exampleVersion(3), null);
    expect(back.metrics).toMatchObject({ rows: 'the same', count: { from: 77, to: 77 } });
    expect(back.metrics.values[0]).toMatchObject({ from: 0.87, to: 0.84 });
  });

  it('are said to be measured on other rows where they were', () => {
    const evaluation = { ...exampleEvaluation, rows: 28 };
    const record = exampleVersion(5, { datasetDigest: other.digest }).record;
    const diff = compareVersions(exampleVersion(3), { ...exampleVersion(5), record, dataset: other, evaluation }, null);
    expect(diff.metrics.rows).toBe('each its own');
    expect(diffText(diff)).toContain('each on held-out rows of its own (20 rows, 28 rows)');
    expect(diffText(diff)).toContain('a dataset is not in the object store any more');
  });

  it('tell gates that judged differently, were asked of one alone or refused, with the sentence, and count the others', () => {
    const before = exampleVersion(3, { gates: [gate('auc at_least 0.7', true), gate('size', true), gate('old', true)] });
    const after = exampleVersion(5, {
      gates: [gate('auc at_least 0.7', false), gate('size', true), gate('f1 where sex is Female', true)],
    });
    const text = diffText(compareVersions(before, after, null));
    expect(text).toContain('auc at_least 0.7: passed to refused\n            auc is 0.8 (auc at_least 0.7)');
    expect(text).toContain('f1 where sex is Female: not asked to passed');
    expect(text).toContain('old: passed to not asked');
    expect(text).toContain('gates       1 holds for both');
  });

  it('tell slices and groups beside each other, also those that one of them alone was measured on', () => {
    const measured = (day: number, value: number): GateResult => ({
      ...gate(`auc where day is ${day}`, true),
      value,
      rows: 300,
      on: `held-out rows where day is ${day}`,
    });
    const rate = (value: number) => ({ value, rows: 120, low: 0.1, high: 0.9 });
    const groups = (value: number) => [
      {
        column: 'sex',
        group: 'sex is Female',
        rows: 120,
        selection: rate(value),
        truePositive: null,
        falsePositive: null,
        calibration: null,
      },
    ];
    const [before, after] = [
      exampleVersion(3, { gates: [measured(1, 0.7)] }),
      exampleVersion(5, { gates: [measured(1, 0.75), measured(2, 0.6)] }),
    ];
    const diff = compareVersions(
      { ...before, evaluation: { ...exampleEvaluation, groups: groups(0.2) } },
      { ...after, evaluation: { ...exampleEvaluation, groups: groups(0.25) } },
      null,
    );
    expect(diff.slices).toMatchObject([
      { metric: 'auc', slice: 'day is 1', from: { value: 0.7, rows: 300 }, to: { value: 0.75 } },
      { metric: 'auc', slice: 'day is 2', from: null, to: { value: 0.6 } },
    ]);
    const text = diffText(diff);
    expect(text).toMatch(/day is 1 .*0\.7 of 300 .*0\.75 of 300 .*\+0\.05/);
    expect(text).toMatch(/day is 2 .*not measured .*0\.6 of 300/);
    expect(text).toMatch(/sex is Female .*20 % to 25 % .*none to none/);
  });

  it('tell the features whose importance moved, the furthest first', () => {
    const diff = compareVersions(
      exampleVersion(3),
      exampleVersion(5, { importances: { nswprice: 0.598, period: 0.2, day: 0.202 } }),
      null,
    );
    expect(diff.importances.map(({ feature }) => feature)).toEqual(['day', 'period', 'nswprice']);
    expect(diffText(diff)).toContain('importance  day not a feature to 20.2 %\n            period 40 % to 20 %');
    expect(diffText(diff)).not.toContain('nswprice 60 %');
  });

  it('are compared with an endpoint that no dataset and no file belongs to', () => {
    const incumbent = exampleVersion(1, {
      trainer: 'incumbent',
      release: null,
      datasetDigest: null,
      metrics: {},
      importances: {},
      code: null,
    });
    const endpoint = { ...incumbent, release: null, trigger: null, dataset: null, evaluation: null, bytes: null };
    expect(diffText(compareVersions(endpoint, exampleVersion(2), null))).toContain(
      'no dataset: an endpoint that was there before pawl',
    );
  });
});
