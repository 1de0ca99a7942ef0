import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../errors.ts';
import { FinalError } from '../errors.ts';
import { packageFile } from '../package-root.ts';
import { parseSpec } from './parse.ts';

const smallest = `model: sales
task: regression
owner: shop
source: { files: data/*.csv }
contract:
  label: amount
  features:
    price: { type: number }
`;

function problemsOf(text: string): readonly Problem[] {
  try {
    parseSpec(text, 'pawl.yaml');
  } catch (error) {
    if (error instanceof FinalError) return error.problems;
    throw error;
  }
  return [];
}

/** `line:column message (hint)` of each problem. */
const told = (text: string) =>
  problemsOf(text).map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint})`);

describe('parseSpec', () => {
  it.each(['electricity', 'bike-demand', 'income'])('accepts the example %s', (example) => {
    const spec = parseSpec(readFileSync(packageFile(`examples/${example}/pawl.yaml`), 'utf8'), 'pawl.yaml');
    expect(spec.model).toBe(example);
  });

  it('fills every default of a file with nothing but its contract', () => {
    const spec = parseSpec(smallest, 'pawl.yaml');
    expect(spec.evaluation).toEqual({
      holdout: { share: 0.2 },
      gates: [{ mae: { better_than_champion_by: 0.02 } }],
      confidence: 0.95,
      slices: [],
      behaviour: [],
      calibrate: 'none',
      tune_on: { share: 0.1 },
    });
    expect(spec.training).toEqual({ trainer: 'gbt', params: {}, seed: 1 });
    expect(spec.release.ramp).toEqual([0.05, 0.25, 0.5, 1]);
    expect(spec.contract.rows.at_least).toBe(100);
    expect(spec.contract.features['price']).toEqual({ type: 'number', nullable: 0, log: 'keep' });
  });

  it.each([
    ['canary', [0.05, 0.25, 0.5, 1]],
    ['blue-green', [1]],
    ['ab', [0.5, 1]],
  ])('fills in the steps of %s where none are named', (strategy, ramp) => {
    expect(parseSpec(`${smallest}release: { strategy: ${strategy} }\n`, 'pawl.yaml').release.ramp).toEqual(ramp);
  });

  it('serves within a second, to everybody alike, where nothing else is said', () => {
    expect(parseSpec(smallest, 'pawl.yaml').serving).toEqual({ deadline: 1000, opt_out: [], choose_version: [] });
    const serving = '{ deadline: 50ms, default: 3, opt_out: [a], choose_version: [qa] }';
    expect(parseSpec(`${smallest}serving: ${serving}\n`, 'pawl.yaml').serving).toEqual({
      deadline: 50,
      default: '3',
      opt_out: ['a'],
      choose_version: ['qa'],
    });
  });

  it('refuses strategies and default answers that come to nothing, with what to do', () => {
    const release = (text: string) => told(`${smallest}release: ${text}\n`).map((line) => line.replace(/^\d+:\d+ /, ''));
    expect(release('{ strategy: bandit }')).toEqual([
      'a bandit needs answers that are right or wrong, and a regression has none (canary or ab)',
    ]);
    expect(release('{ strategy: blue-green, ramp: [50%, 100%], segments: [beta] }')).toEqual([
      'blue-green has one step, 100% (leave ramp out, or take the strategy canary)',
      'blue-green goes to everybody at once (leave segments out, or take the strategy ab)',
    ]);
    expect(told(`${smallest}serving: { default: high }\n`)[0]).toMatch(/"high" is no number/);
  });

  it('reads durations as milliseconds, shares as fractions, counts as numbers and values as text', () => {
    const spec = parseSpec(readFileSync(packageFile('examples/electricity/pawl.yaml'), 'utf8'), 'pawl.yaml');
    expect(spec.evaluation.holdout).toEqual({ ms: 604_800_000 });
    expect(spec.training.window).toBe(7_776_000_000);
    expect(spec.contract.quarantine.at_most).toBe(0.01);
    expect(spec.monitor.retrain_after).toBe(384);
    expect(
      parseSpec(
        smallest.replace('regression', 'binary-classification').replace('label: amount', 'label: amount\n  positive: 1'),
        'f',
      ).contract.positive,
    ).toBe('1');
  });

  it('reports every mistake of a file at once, with its line, its column and what would be right', () => {
    const text = `model: Electricity
task: binary-classifcation
source:
  files: s3://bucket/data
contract:
  label: class
  features:
    price: { type: number, min: 1, max: 0 }
    region: { type: categroy }
    class: { type: number }
    load: { type: number, mn: 3 }
  freshness: 2 days
training:
  window: 90d
  tainer: gbt
evaluation:
  gates:
    - accuracy: { better_than_champion: 0.02 }
release:
  ramp: [50%, 25%, 100%]
  step: { at_least: many requests }
  drill: { schedule: "0 4 * *" }
schedule: "0 25 * * 1"
time_zone: Australia/Sidney
surprise: true
`;
    expect(told(text)).toEqual([
      '1:1 owner is missing (who answers for the model)',
      '1:8 model is "Electricity" (lower-case letters, digits and dashes, starting with a letter, at most 63)',
      '2:7 task is "binary-classifcation" (binary-classification, multiclass-classification or regression; did you mean binary-classification?)',
      '4:10 source.files reads local files, and this is s3:// (a path or glob relative to this file)',
      '8:41 price has its max 0 below its min 1 (min at most max)',
      '9:21 contract.features.region.type is "categroy" (number, boolean or category; did you mean category?)',
      '10:12 class is the label and a feature (leave it out of the features: it is what the model predicts)',
      '11:27 contract.features.load.mn is no known key (did you mean min?)',
      '12:14 contract.freshness is "2 days" (a duration such as 30s, 10m, 6h or 90d)',
      '14:11 training.window is a duration and the contract names no timestamp (name contract.timestamp, or leave this out)',
      '15:3 training.tainer is no known key (did you mean trainer?)',
      '18:19 evaluation.gates[0].accuracy.better_than_champion is no known key (did you mean better_than_champion_by?)',
      '20:9 release.ramp is a list (steps that grow)',
      '21:21 release.step.at_least is "many requests" (a whole number of requests, such as 1000 requests)',
      '22:22 schedule "0 4 * *": it has 4 fields instead of five (minute hour day month weekday) (five fields: minute hour day month weekday, such as 0 3 * * 1)',
      '23:11 schedule "0 25 * * 1": the hour 25 is not from 0 to 23 (five fields: minute hour day month weekday, such as 0 3 * * 1)',
      '24:12 Australia/Sidney is no time zone (did you mean Australia/Sydney?)',
      '25:1 surprise is no known key (known here: model, task, owner, description, card, source, contract, training, evaluation, serving, champion, release, monitor, schedule, time_zone, cost)',
    ]);
  });

  it('names the file with every mistake', () => {
    expect(problemsOf('model: 1').every((problem) => problem.file === 'pawl.yaml')).toBe(true);
  });

  it('points at the key of a mapping in which something is missing', () => {
    expect(told(smallest.replace('  label: amount\n', ''))).toEqual(['5:1 contract.label is missing (the name of a column)']);
    expect(told(smallest.replace('{ type: number }', '{ min: 3 }'))).toEqual([
      '8:5 contract.features.price.type is missing (number, boolean or category)',
    ]);
  });

  it('points at a key with nothing behind it', () => {
    expect(told(`${smallest}release:\n`)).toEqual(['9:1 release is empty (a mapping of keys to values)']);
  });

  it('reports a key that is written twice beside the other mistakes', () => {
    expect(told(`${smallest}owner: me\nschedule: daily\n`)).toEqual([
      '9:1 A key is written twice (each key once in a mapping)',
      '10:11 schedule "daily": it has 1 field instead of five (minute hour day month weekday) (five fields: minute hour day month weekday, such as 0 3 * * 1)',
    ]);
  });

  it('reports broken YAML where it breaks, and guesses at nothing behind it', () => {
    const problems = problemsOf('model: a\ntask: [regression\nowner: b\n');
    expect(problems.map(({ line }) => line)).toEqual([3]);
  });

  it('calls an empty file empty', () => {
    expect(told('')).toEqual(['1:1 The file is empty (`pawl init DATA.csv` writes one)']);
    expect(told('# only a comment\n')).toHaveLength(1);
    expect(told('- a\n- b\n')).toEqual(['1:1 The file is a list (a mapping of keys to values)']);
  });

  it('refuses gates and rules that do not fit the task or ask for the opposite', () => {
    const text = `${smallest}evaluation:
  gates:
    - accuracy: { at_least: 70 }
    - mae: { at_least: 3 }
    - {}
release:
  rollback_when:
    - accuracy: { below_champion_by: 2% }
  step: { for: 2d, at_most: 1d }
`;
    expect(told(text)).toEqual([
      '11:17 accuracy is no metric of regression (mae, rmse, r2, pinball or poisson_deviance)',
      '11:29 accuracy goes from 0 to 1, and at_least is 70 (70%, or 0.7)',
      '12:24 mae is better the lower it is, and at_least asks for the opposite (at_most)',
      '13:7 evaluation.gates[2] is an empty mapping (exactly one metric an entry)',
      '16:17 accuracy is no metric of regression (mae, rmse, pinball or poisson_deviance)',
      '17:29 a step lasts 2d and may last 1d (at_most of 2d or longer)',
    ]);
  });

  it('refuses a rollback rule twice: the guard measures one window for it', () => {
    const twice = '[{ error_rate: { above: 2% } }, { error_rate: { above: 10%, for: 10s } }]';
    expect(told(`${smallest}release: { rollback_when: ${twice} }\n`)).toEqual([expect.stringContaining('(each rule once)')]);
  });

  it('refuses columns that differ in letters only, which readers of tables do not tell apart', () => {
    expect(told(smallest.replace('price: { type: number }', 'Amount: { type: number }'))).toEqual([
      '6:10 amount and Amount name one column, letters apart (names that differ in more than upper and lower case)',
    ]);
  });

  it('takes a hold-out of a duration only with a timestamp', () => {
    const text = `${smallest}evaluation: { holdout: { newest: 7d } }\n`;
    expect(told(text)).toEqual([
      '9:34 evaluation.holdout.newest is a duration and the contract names no timestamp (a share such as 20%, or contract.timestamp)',
    ]);
    expect(told(text.replace('  label:', '  timestamp: at\n  label:'))).toEqual([]);
  });

  it('lets the trainer judge its parameters', () => {
    const problems = problemsOf(`${smallest}training:\n  params: { trees: -3, leafs: 31 }\n`);
    expect(problems.map(({ line, column, subject }) => [line, column, subject])).toEqual([
      [10, 20, 'training.params.trees'],
      [10, 31, 'training.params.leafs'],
    ]);
  });

  it('follows aliases', () => {
    const text = `${smallest.replace('{ type: number }', '&kind { type: number }')}    weight: *kind\n`;
    expect(Object.keys(parseSpec(text, 'pawl.yaml').contract.features)).toEqual(['price', 'weight']);
  });

  it('throws nothing but its own error, with a place for every problem, whatever the text', () => {
    const key = fc.constantFrom(
      'model',
      'task',
      'contract',
      'features',
      'evaluation',
      'gates',
      'schedule',
      '__proto__',
      'constructor',
      '<<',
      '*a',
      '&a',
      '? ',
    );
    const scalar = fc.constantFrom(
      '1',
      '7d',
      '"x',
      '[1, 2',
      '{a: b}',
      '*a',
      '&a x',
      '!!set {a}',
      '- b',
      'null',
      '2001-01-01',
      '0x1F',
      '|',
      '>\n  text',
      '\t',
      '@',
      '%',
    );
    const line = fc.tuple(fc.nat(3), key, scalar).map(([depth, name, value]) => `${' '.repeat(depth)}${name}: ${value}`);
    const texts = fc.oneof(
      fc.string(),
      fc.array(line).map((lines) => lines.join('\n')),
      fc.json(),
      fc.array(line).map((lines) => smallest + lines.join('\n')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const problem of problemsOf(text)) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
          expect(problem.message).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});
