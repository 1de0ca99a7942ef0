import { describe, expect, it } from 'vitest';
import type { FinalError } from '../errors.ts';
import { parseSpec } from './parse.ts';
import { searchPolicyOf } from './search-policy.ts';

const file = (search: string, more = '', training = '') => `model: loans
task: binary-classification
owner: tests
source: { files: "*.csv" }
contract: { label: repaid, features: { income: { type: number } } }
training: { ${training} search: ${search} }
${more}
`;

function mistakes(...parts: Parameters<typeof file>): [path: string | undefined, message: string][] {
  try {
    parseSpec(file(...parts), 'pawl.yaml');
    return [];
  } catch (error) {
    return (error as FinalError).problems.map(({ subject, message }) => [subject, message]);
  }
}

const rate = 'learning_rate: { from: 0.01, to: 0.3, scale: log }';

describe('a search', () => {
  it('needs no more than its ranges', () => {
    const spec = parseSpec(
      file(`{ params: { ${rate}, leaves: { from: 7, to: 255, scale: log, whole: true }, l2: { choices: [0, 1, 10] } } }`),
      'pawl.yaml',
    );
    expect(searchPolicyOf(spec)).toEqual({
      space: {
        learning_rate: { from: 0.01, to: 0.3, scale: 'log', whole: false },
        leaves: { from: 7, to: 255, scale: 'log', whole: true },
        l2: { choices: [0, 1, 10] },
      },
      ...{ seed: 1, trials: 30, forMs: null, workMs: null, parallel: 4, reduction: 3, rungs: 3 },
      ...{ metric: 'auc', higherIsBetter: true },
    });
    const { search: _, ...training } = spec.training;
    expect(searchPolicyOf({ ...spec, training })).toBeNull();
  });

  it('takes budgets in trials, time and money', () => {
    const spec = parseSpec(
      file(
        `{ params: { ${rate} }, trials: 60 trials, for: 20m, cost: 5 EUR, metric: log_loss, seed: 9 }`,
        'cost: { project: pricing, monthly: 50 EUR, per_hour: 2 EUR }',
      ),
      'pawl.yaml',
    );
    expect(searchPolicyOf(spec)).toMatchObject({
      ...{ trials: 60, forMs: 1_200_000, workMs: 2.5 * 3_600_000, metric: 'log_loss', higherIsBetter: false, seed: 9 },
    });
  });

  it('is told which parameters the trainer does not know, and which values it does not take', () => {
    expect(mistakes('{ params: { lerning_rate: { from: 0.01, to: 0.3 } } }')).toEqual([
      ['training.search.params.lerning_rate', 'lerning_rate is no parameter of this trainer'],
    ]);
    expect(mistakes('{ params: { learning_rate: { from: 0.01, to: 3 }, leaves: { choices: [31, 1] } } }')).toEqual([
      ['training.search.params.learning_rate.to', expect.stringContaining('learning_rate') as string],
      ['training.search.params.leaves.choices[1]', expect.stringContaining('leaves') as string],
    ]);
    expect(mistakes('{ params: { leaves: { from: 7, to: 255 } } }')).toEqual([
      ['training.search.params.leaves', 'leaves is a whole number'],
    ]);
    expect(mistakes('{ params: { depth: { from: 1, to: 3 } } }', '', 'trainer: command, command: [train],')).toEqual([]);
  });

  it('is told what is wrong with a range', () => {
    const hint = (range: string) => {
      try {
        parseSpec(file(`{ params: { l2: ${range} } }`), 'pawl.yaml');
        return null;
      } catch (error) {
        return (error as FinalError).problems.map((problem) => problem.hint);
      }
    };
    expect(hint('{ from: 1 }')).toEqual(['from and to, or choices']);
    expect(hint('{ from: 1, to: 2, choices: [3] }')).toEqual(['from and to, or choices']);
    expect(hint('{ from: 2, to: 1 }')).toEqual(['from at most to']);
    expect(hint('{ from: 0, to: 1, scale: log }')).toEqual(['more than 0 to begin with, on a log scale']);
    expect(hint('{ from: 0.5, to: 2, whole: true }')).toEqual(['whole numbers']);
    expect(hint('{ choices: [] }')).toEqual(['a value or more']);
    expect(mistakes('{ params: {} }')).toHaveLength(1);
  });

  it('is told where metric, budget or price do not fit', () => {
    expect(mistakes(`{ params: { ${rate} }, metric: rmse }`)).toEqual([
      ['training.search.metric', 'rmse is no metric of binary-classification'],
    ]);
    expect(mistakes(`{ params: { ${rate} }, cost: 5 EUR }`)).toEqual([
      ['training.search.cost', 'training.search.cost needs to know what an hour costs'],
    ]);
    const cost = (perHour: string, monthly: string) => `cost: { project: pricing, monthly: ${monthly}, per_hour: ${perHour} }`;
    expect(mistakes(`{ params: { ${rate} }, cost: 5 EUR }`, cost('2 USD', '50 USD'))).toEqual([
      ['training.search.cost', 'the search has 5 EUR and an hour costs 2 USD'],
    ]);
    expect(mistakes(`{ params: { ${rate} }, cost: 5 EUR }`, cost('0 EUR', '50 EUR'))).toEqual([
      ['training.search.cost', 'an hour costs 0 EUR, of which no amount is ever used up'],
    ]);
  });
});
