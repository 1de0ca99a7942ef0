import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const head = `model: loans
task: binary-classification
owner: credit
source: { files: data/*.csv }
contract:
  label: repaid
  features:
    age: { type: number, min: 18 }
    sex: { type: category }
    new: { type: boolean }
evaluation:
`;

function told(evaluation: string, task = 'binary-classification'): string[] {
  try {
    parseSpec(head.replace('task: binary-classification', `task: ${task}`) + evaluation, 'pawl.yaml');
  } catch (error) {
    if (!(error instanceof FinalError)) throw error;
    return error.problems.map(({ line, message, hint }) => `${line} ${message} (${hint})`);
  }
  return [];
}

describe('what is evaluated', () => {
  it('may be all of it at once', () => {
    expect(
      told(`  gates:
    - ece: { at_most: 5%, confidence: 90% }
    - latency: { p99: 0.5ms, above_champion_by: 20% }
    - size: { at_most: 20MB }
  confidence: 99%
  slices:
    - { where: { sex: Female, age: { from: 18, below: 30 }, new: true }, at_least: 50 rows, gates: [{ auc: { at_least: 0.7 } }] }
    - { by: sex, gates: [{ accuracy: { better_than_champion_by: -2% } }] }
  behaviour:
    - invariance: { column: sex, except: 1% }
    - direction: { raise: age, by: 5, score: not_higher }
    - must_hold: { row: { age: 30, sex: Male, new: false }, answer: 1 }
  calibrate: isotonic
  tune_on: { newest: 15% }
  fairness: { groups: [sex, new], disparate_impact: { at_least: 80% }, thresholds: sex }
  robustness: { missing: 10%, columns: [age], metric: auc, loses_at_most: 5% }
`),
    ).toEqual([]);
  });

  it('names features of the contract, of the type that is asked for', () => {
    expect(
      told(`  slices:
    - { where: { sxe: Female, age: 30, sex: { from: 1 } }, gates: [{ auc: { at_least: 70 } }] }
    - { by: age, gates: [{ mae: { at_most: 3 } }] }
  behaviour:
    - invariance: { column: age }
    - invariance: { column: sex, by: 1, within: 2 }
    - direction: { raise: sex }
    - must_hold: { row: { ag: 30, new: 1 }, answer: 1 }
  fairness: { groups: [age], thresholds: ages }
  robustness: { missing: 10%, columns: [oge], metric: mae, loses_at_most: 5% }
`),
    ).toEqual([
      '13 sxe is no feature of the contract (did you mean sex?)',
      '13 age is a number and the slice asks for a value (a range such as { from: 18, below: 30 })',
      '13 sex is a category and the slice asks for a range (a value, or a list of values)',
      '13 auc goes from 0 to 1, and at_least is 70 (70%, or 0.7)',
      '14 age is a number, whose values are no groups (a category or a boolean)',
      '14 mae is no metric of binary-classification (accuracy, auc, f1, precision, recall, log_loss, brier or ece)',
      '16 age is a number, and by how much it changes is not said (by: 1)',
      '17 sex is a category, to which nothing is added (leave it out)',
      '17 within is for a regression; here the class has to stay (leave it out)',
      '18 sex is a category, which cannot rise (a number or a boolean)',
      '19 ag is no feature of the contract (did you mean age?)',
      '19 new is a boolean and the row says 1 (a boolean)',
      '20 age is a number, whose values are no groups (a category or a boolean)',
      '20 ages is no feature of the contract (did you mean age?)',
      '21 oge is no feature of the contract (did you mean age?)',
      '21 mae is no metric of binary-classification (accuracy, auc, f1, precision, recall, log_loss, brier or ece)',
    ]);
  });

  it('fits the task', () => {
    expect(
      told(
        `  calibrate: platt
  fairness: { groups: [sex] }
  behaviour:
    - invariance: { column: sex }
    - must_hold: { row: {}, answer: 1 }
`,
        'regression',
      ),
    ).toEqual([
      '12 evaluation.calibrate makes probabilities (leave it out of a regression)',
      '13 evaluation.fairness compares answers of two classes (leave it out of a regression)',
      '15 invariance of a regression has to say how far the answer may move (within: a number)',
      '16 answer names a class and the task is regression (between: [low, high])',
    ]);
  });

  it('says one thing an entry, with a bound', () => {
    expect(
      told(`  gates: [{ auc: { confidence: 90% } }, { latency: {} }]
  slices: [{ gates: [{ auc: { at_least: 70% } }] }]
  confidence: 50%
`),
    ).toEqual([
      expect.stringMatching(/^12 .*\(at_least, at_most or better_than_champion_by\)$/),
      expect.stringMatching(/^12 .*\(p99 or above_champion_by\)$/),
      expect.stringMatching(/^13 .*\(where or by\)$/),
      expect.stringMatching(/^14 .*\(more than 50% and less than 100%\)$/),
    ]);
  });
});

describe('what is evaluated of many classes', () => {
  const many = (evaluation: string) => told(evaluation, 'multiclass-classification');

  it('may be metrics, slices by class, behaviour, robustness and fairness of one class', () => {
    expect(
      many(`  gates: [{ accuracy: { at_least: 0.5 } }, { auc: { at_least: 0.7 } }, { log_loss: { better_than_champion_by: 1% } }]
  slices: [{ by: repaid, gates: [{ accuracy: { at_least: 0.3 } }] }, { where: { repaid: late }, gates: [{ f1: { at_least: 0.1 } }] }]
  behaviour: [{ invariance: { column: sex } }, { must_hold: { row: { age: 20 }, answer: late } }]
  fairness: { groups: [sex], class: late, equal_opportunity: { at_most: 10% } }
  robustness: { missing: 10%, loses_at_most: 0.1 }
`),
    ).toEqual([]);
  });

  it('is nothing that needs one score a row, or a positive class', () => {
    expect(
      many(`  behaviour:
    - direction: { raise: age, by: 1 }
    - must_hold: { row: { age: 20 }, between: [0.2, 0.4] }
    - invariance: { column: sex, within: 0.1 }
  fairness: { groups: [sex], thresholds: sex }
  calibrate: platt
`),
    ).toEqual([
      '13 direction needs one score a row, and each of many classes has its own (invariance or must_hold)',
      '14 between needs one score a row, and each of many classes has its own (answer: the class)',
      '15 within is for a regression; here the class has to stay (leave it out)',
      '16 evaluation.fairness compares rates of a positive class, and of many classes none is named (class: the one that counts as positive, against all others)',
      '16 thresholds by group are of two classes (leave it out)',
      '17 evaluation.calibrate is for two classes (leave it out; a gate on ece shows whether it is needed)',
    ]);
    expect(told('  fairness: { groups: [sex], class: late }\n')).toEqual([
      '12 evaluation.fairness.class is for more than two classes (leave it out; see contract.positive)',
    ]);
  });
});
