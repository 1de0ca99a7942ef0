import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { GroupReport, Rate } from '../evaluation/fairness.ts';
import type { GateResult } from '../evaluation/gate-result.ts';
import { modelSpec } from '../spec/schema.ts';
import { cardCycloneDx } from './card-cyclonedx.ts';
import { cardMarkdown } from './card-markdown.ts';
import { exampleSearch } from './example-search.testsuite.ts';
import { exampleClasses, exampleEvaluation, exampleVersion } from './example-version.testsuite.ts';
import { modelCard } from './model-card.ts';

const interval = { low: 0.6, high: 0.7, confidence: 0.95, method: 'Wilson' };
const rate: Rate = { value: 0.24, rows: 120, low: 0.2, high: 0.3 };
const group: GroupReport = {
  column: 'sex',
  group: 'sex is Female',
  rows: 120,
  selection: rate,
  truePositive: null,
  falsePositive: rate,
  calibration: null,
};
const on = 'held-out rows where day is 3';
const gates: GateResult[] = [
  { gate: 'auc at_least 0.7', metric: 'auc', passed: true, value: 0.87, bound: 0.7, because: 'auc is 0.87', on: 'held-out rows' },
  {
    gate: 'accuracy at_least 0.6 where day is 3',
    metric: 'accuracy',
    passed: true,
    value: 0.65,
    bound: 0.6,
    because: 'accuracy is 0.65',
    interval,
    rows: 300,
    on,
  },
  {
    gate: 'accuracy better where day is 3',
    metric: 'accuracy',
    passed: true,
    value: 0.65,
    bound: 0.6,
    because: 'better',
    gain: 0.1,
    interval: { ...interval, low: 0 },
    rows: 300,
    on,
  },
  { gate: 'f1 where day is 4', metric: 'f1', passed: true, value: null, bound: null, because: 'too few rows where day is 4' },
  {
    gate: 'gap of true-positive rates by sex at_most 0.15',
    metric: 'equal_opportunity',
    passed: true,
    value: 0.02,
    bound: 0.15,
    because: 'the gap is 0.02',
  },
];

/** A version of which everything is known. */
function full() {
  const version = exampleVersion(3, { gates, overridden: true });
  const spec = modelSpec.parse({
    model: 'electricity',
    task: 'binary-classification',
    owner: 'grid-pricing',
    description: 'Will the price rise?',
    card: { intended_use: ['planning'], users: ['traders'], limits: ['not for billing'], ethics: ['none is known'] },
    source: { files: 'data/*.csv' },
    contract: { label: 'class', features: { period: { type: 'number', min: 0, max: 1 }, day: { type: 'category' } } },
  });
  return {
    ...version,
    spec: version.spec && { ...version.spec, spec },
    evaluation: { ...exampleEvaluation, groups: [group], champion: 2, championMetrics: { auc: 0.8, accuracy: 0.7 } },
    search: exampleSearch,
    approval: { by: 'grace', because: 'grace approved v3: the numbers hold' },
  };
}

async function validator() {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`../../test/schemas/${name}`, import.meta.url), 'utf8')) as object;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    schemas: Object.fromEntries(
      await Promise.all(
        ['spdx', 'jsf-0.82'].map(async (name) => {
          const file = `${name}.SNAPSHOT.schema.json`;
          return [`http://cyclonedx.org/schema/${file}`, await read(file)] as const;
        }),
      ),
    ),
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, uri: true, 'iri-reference': true, 'idn-email': true },
  });
  return ajv.compile(await read('cyclonedx-bom-1.6.schema.json'));
}

describe('a model card', () => {
  it('says what people said and what follows from the numbers, each slice once and with an interval of its own number', () => {
    const card = modelCard(full());
    expect(card).toMatchObject({
      purpose: 'Will the price rise?',
      owner: 'grid-pricing',
      intendedUse: ['planning'],
      users: ['traders'],
      champion: { version: 2, metrics: { auc: 0.8 } },
      approval: { by: 'grace' },
      override: { by: 'ada', because: 'new prices' },
    });
    expect(card.metrics).toEqual([
      { metric: 'auc', value: 0.87, interval: exampleEvaluation.intervals?.['auc'], rows: 20, slice: null },
      { metric: 'accuracy', value: 0.79, interval: exampleEvaluation.intervals?.['accuracy'], rows: 20, slice: null },
      { metric: 'accuracy', value: 0.65, interval, rows: 300, slice: 'day is 3' },
    ]);
    expect(card.limits).toEqual([
      'not for billing',
      'It knows rows from 1996-05-07T00:00:00.000Z to 1997-04-24T00:00:00.000Z; what changed since then it cannot know.',
      'It has learned from no row outside these ranges: period from 0 to 1.',
      'Not judged: too few rows where day is 4.',
      'Only 120 held-out rows where sex is Female: their rates may be off by up to 8 %.',
    ]);
  });

  it('is the same for the same version', () => {
    expect(cardMarkdown(modelCard(full()))).toBe(cardMarkdown(modelCard(full())));
    expect(JSON.stringify(cardCycloneDx(modelCard(full())))).toBe(JSON.stringify(cardCycloneDx(modelCard(full()))));
    const other = modelCard({ ...full(), record: { ...full().record, version: 4 } });
    expect(cardCycloneDx(other)['serialNumber']).not.toBe(cardCycloneDx(modelCard(full()))['serialNumber']);
  });

  it('is Markdown in which every number has its interval and its rows', () => {
    const text = cardMarkdown(modelCard(full()));
    for (const line of [
      '# electricity v3',
      'Will the price rise?',
      '| auc | 20 held out | 0.87 | 0.85 to 0.89, each end with 95 % confidence (bootstrap (BCa)) | 0.8 |',
      '| accuracy | 300 where day is 3 | 0.65 | 0.6 to 0.7, each end with 95 % confidence (Wilson) |  |',
      '| sex is Female | 120 | 24 % of 120 (20 % to 30 %) | no such rows |',
      '- A gate refused it, and ada let it through: new prices',
      '- grace approved v3: the numbers hold',
      '- not for billing',
      '| trees | 200 |',
      '4 trials made: trial 2 with auc 0.85 (leaves 12).',
      '| 1 | 0.8123 at 67 trees | the parameters as written |',
      '| **2, chosen** | 0.8123 at 67 trees, 0.85 at 200 trees | leaves 12 |',
      '| 3 | failed: no luck | leaves 9 |',
    ])
      expect(text).toContain(line);
    expect(text.match(/^## .*$/gm)).toEqual(
      [
        'What it is for',
        'Who uses it',
        'Limits',
        'What could go wrong for people',
        'Data',
        'Metrics',
        'Groups',
        'Gates',
        'What it goes by',
        'How it was made',
        'Parameters that were tried',
        'Who let it through',
      ].map((title) => `## ${title}`),
    );
  });

  it('leaves no text of others any meaning in Markdown', () => {
    const version = full();
    const evil = 'x | <script>alert(1)</script>\n# big [link](http://evil) `code` &lt;';
    const text = cardMarkdown(modelCard({ ...version, approval: { by: evil, because: evil } }));
    expect(text).not.toMatch(/<script|\n# big|(?<!\\)\[link|(?<!\\)`code/);
    expect(text).toContain('x \\| &lt;script>alert(1)&lt;/script> \\# big \\[link\\](http://evil) \\`code\\` &amp;lt;');
  });

  it('is CycloneDX 1.6 by its published schema, whatever is known of the version', async () => {
    const validate = await validator();
    const bare = exampleVersion(4, { code: null, gates: [], importances: {} });
    const endpoint = {
      ...exampleVersion(1, {
        trainer: 'incumbent',
        release: null,
        datasetDigest: null,
        metrics: {},
        importances: {},
        code: null,
      }),
      release: null,
      trigger: null,
      dataset: null,
      evaluation: null,
    };
    for (const version of [full(), bare, { ...bare, evaluation: null, spec: null, trigger: null, release: null }, endpoint]) {
      validate(cardCycloneDx(modelCard(version)));
      expect(validate.errors ?? []).toEqual([]);
    }
    const bom = cardCycloneDx(modelCard(full()));
    expect(bom).toMatchObject({
      metadata: {
        component: {
          type: 'machine-learning-model',
          modelCard: {
            modelParameters: { task: 'binary-classification', datasets: [{ ref: `dataset/sha256:${'a'.repeat(64)}` }] },
            considerations: { users: ['traders'], fairnessAssessments: [{ groupAtRisk: 'sex' }] },
          },
        },
      },
      components: [{ type: 'data' }],
    });
    validate({ ...bom, specVersion: 1.6, metadata: { component: { type: 'ghost', name: 'x' } } });
    expect(validate.errors?.length).toBeGreaterThan(0);
  });

  it('has every trial of the search for its parameters, for machines with the score of each look', () => {
    const card = modelCard(full());
    expect(card.search?.trials.map(({ trial }) => trial)).toEqual([1, 2, 3, 4]);
    const { component } = (cardCycloneDx(card)['metadata'] ?? {}) as {
      component: { properties: { name: string; value: string }[] };
    };
    const values = new Map(component.properties.map(({ name, value }) => [name, value]));
    expect(values.get('pawl:search')).toBe('4 trials made: trial 2 with auc 0.85 (leaves 12)');
    expect(values.get('pawl:chosen_trial')).toBe('2');
    expect(JSON.parse(values.get('pawl:trial:2') ?? '')).toEqual({
      params: { leaves: 12 },
      looks: [
        { share: 1 / 3, resource: '67 trees', state: 'done', score: 0.81234 },
        { share: 1, resource: '200 trees', state: 'done', score: 0.85 },
      ],
    });
    const untried = modelCard({ ...full(), search: null });
    expect(JSON.stringify(cardCycloneDx(untried))).not.toContain('pawl:trial');
    expect(cardMarkdown(untried)).not.toContain('Parameters that were tried');
  });

  it('leaves out what could not be measured, which is null where it was stored', () => {
    const version = exampleVersion(1);
    const metrics = { accuracy: 0.8, auc: null } as unknown as Record<string, number>;
    const card = modelCard({ ...version, record: { ...version.record, metrics } });
    expect(card.metrics.filter(({ slice }) => slice === null).map(({ metric }) => metric)).toEqual(['accuracy']);
    expect(cardMarkdown(card)).not.toContain('auc');
  });

  it('says of an endpoint that what it learned from is not known', () => {
    const record = exampleVersion(1, {
      trainer: 'incumbent',
      release: null,
      datasetDigest: null,
      metrics: {},
      importances: {},
      code: null,
    });
    const incumbent = { ...record.record, incumbent: { url: 'http://old/model' } as NonNullable<typeof record.record.incumbent> };
    const card = modelCard({ ...record, record: incumbent, release: null, trigger: null, dataset: null, evaluation: null });
    expect(card).toMatchObject({ data: null, made: { endpoint: 'http://old/model', parameters: {} } });
    expect(cardMarkdown(card)).toContain('What it learned from is not known.');
  });
});

describe('a card of three classes or more', () => {
  it('has the recall and the precision of each class, those that there are', () => {
    const given = exampleVersion(1);
    const evaluation = { ...exampleEvaluation, classes: exampleClasses };
    const card = modelCard({ ...given, evaluation });
    const interval = { low: 0.4, high: 0.6, confidence: 0.95, method: 'Wilson' };
    const label = given.spec?.spec.contract.label ?? '';
    expect(card.metrics.filter(({ slice }) => slice?.endsWith(' is mid'))).toEqual([
      { metric: 'recall', value: 0.5, interval, rows: 40, slice: `${label} is mid` },
      { metric: 'precision', value: 0.4, interval: { ...interval, low: 0.3, high: 0.5 }, rows: 50, slice: 'the answer is mid' },
    ]);
    expect(card.metrics.some(({ slice }) => slice?.includes('rare'))).toBe(false);
    expect(cardMarkdown(card)).toContain(`where ${label} is mid`);
  });
});
