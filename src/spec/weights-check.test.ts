import { describe, expect, it } from 'vitest';
import type { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';

const file = (task: string, training: string, weight = 'worth') => `model: loans
task: ${task}
owner: tests
source: { files: "*.csv" }
contract:
  label: repaid
  weight: ${weight}
  features: { income: { type: number }, sex: { type: category }, member: { type: boolean } }
training: ${training}
`;

function mistakes(task: string, training: string, weight?: string): string[] {
  try {
    parseSpec(file(task, training, weight), 'pawl.yaml');
    return [];
  } catch (error) {
    return (error as FinalError).problems.map(({ subject, message }) => `${subject}: ${message}`);
  }
}

describe('weights of rows', () => {
  it('are a column, weights of classes and groups that are evened out, for any trainer', () => {
    const spec = parseSpec(
      file(
        'binary-classification',
        '{ trainer: logistic, class_weights: { yes: 3, 0: 0.5 }, reweigh: [sex, member], threads: 2 }',
      ),
      'pawl.yaml',
    );
    expect(spec.contract.weight).toBe('worth');
    expect(spec.training).toMatchObject({ class_weights: { yes: 3, 0: 0.5 }, reweigh: ['sex', 'member'], threads: 2 });
    expect(mistakes('multiclass-classification', '{ class_weights: balanced }')).toEqual([]);
  });

  it('are no feature', () => {
    expect(mistakes('regression', '{}', 'income')).toEqual(['contract.features.income: income is the weight and a feature']);
  });

  it('of classes are above 0, and a regression has none', () => {
    expect(mistakes('binary-classification', '{ class_weights: { yes: 0 } }')).toHaveLength(1);
    expect(mistakes('binary-classification', '{ class_weights: heavy }')).toHaveLength(1);
    expect(mistakes('regression', '{ class_weights: balanced, reweigh: [sex] }')).toEqual([
      'training.class_weights: training.class_weights is about classes, and the task is regression',
      'training.reweigh: training.reweigh is about classes, and the task is regression',
    ]);
  });

  it('even out the groups of features that have values to group by', () => {
    expect(mistakes('binary-classification', '{ reweigh: [income, sx] }')).toEqual([
      'training.reweigh[0]: income is a number, whose values are no groups',
      'training.reweigh[1]: sx is no feature of the contract',
    ]);
  });
});

describe('a loss of gbt', () => {
  it('is of a regression, where its parts fit together', () => {
    expect(mistakes('regression', '{ params: { loss: quantile, alpha: 0.9 } }')).toEqual([]);
    expect(mistakes('binary-classification', '{ params: { loss: poisson } }')).toEqual([
      'training.params.loss: the loss poisson is of a regression, and the task is binary-classification',
    ]);
    expect(mistakes('regression', '{ params: { alpha: 0.9, early_stopping: { round: 5 } } }')).toEqual([
      'training.params.alpha: alpha: only of the loss quantile; name that loss, or leave it out',
      'training.params.early_stopping: early_stopping.round is no parameter of this trainer',
    ]);
  });
});
