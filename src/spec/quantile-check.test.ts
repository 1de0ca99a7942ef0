import { describe, expect, it } from 'vitest';
import type { FinalError } from '../errors.ts';
import { numberTermsOf } from './number-terms.ts';
import { parseSpec } from './parse.ts';
import { searchPolicyOf } from './search-policy.ts';
import { specOfToday } from './stored.ts';

const file = (more: string, task = 'regression') => `model: sales
task: ${task}
owner: shops
source: { files: "*.csv" }
contract: { label: sold, features: { price: { type: number } } }
${more}
`;
const read = (more: string) => parseSpec(file(more), 'pawl.yaml');
const trees = (params: string, more = '') => `training: { params: { ${params} }${more} }`;
const command = 'training: { trainer: command, command: [python3, train.py] }';

function told(more: string, task?: string): string[] {
  try {
    parseSpec(file(more, task), 'pawl.yaml');
    return [];
  } catch (error) {
    return (error as FinalError).problems.map(({ subject, message }) => `${subject ?? ''}: ${message}`);
  }
}

/** What gates, rollouts and searches go by where nothing is said. */
function defaults(more: string) {
  const spec = read(more);
  const search = { params: { leaves: { choices: [7] } } };
  const searching = read(more.replace(/training: \{/, `training: { search: ${JSON.stringify(search)},`));
  return [
    Object.keys(spec.evaluation.gates[0] ?? {}),
    Object.keys(spec.release.rollback_when.at(-1) ?? {}),
    searchPolicyOf(searching)?.metric,
  ].flat();
}

describe('what a regression is judged by', () => {
  it('follows the loss of its trees', () => {
    expect(defaults(trees(''))).toEqual(['mae', 'mae', 'rmse']);
    expect(defaults(trees('loss: absolute'))).toEqual(['mae', 'mae', 'rmse']);
    expect(defaults(trees('loss: quantile, alpha: 0.9'))).toEqual(['pinball', 'pinball', 'pinball']);
    expect(defaults(trees('loss: poisson'))).toEqual(['poisson_deviance', 'poisson_deviance', 'poisson_deviance']);
    const limits = read(`${trees('loss: quantile')}\nrelease: { preset: limits }`);
    expect(Object.keys(limits.release.rollback_when.at(-1) ?? {})).toEqual(['pinball']);
  });

  it('is what the file says where it says it', () => {
    const spec = read(`${trees('loss: quantile, alpha: 0.9')}
evaluation: { gates: [{ mae: { at_most: 3 } }] }
release: { rollback_when: [{ rmse: { above_champion_by: 5% } }] }`);
    expect([spec.evaluation.gates, spec.release.rollback_when].flat().flatMap((one) => Object.keys(one))).toEqual([
      'mae',
      'rmse',
    ]);
    expect(numberTermsOf(spec)).toEqual({ quantile: 0.9, counts: false });
  });

  it('may be a quantile of any trainer', () => {
    const spec = read(`${command}\nevaluation: { quantile: 90% }`);
    expect(numberTermsOf(spec)).toEqual({ quantile: 0.9, counts: false });
    expect(spec.evaluation.gates).toEqual([{ pinball: { better_than_champion_by: 0.02 } }]);
    expect(spec.release.rollback_when.at(-1)).toEqual({ pinball: { above_champion_by: 0.05, at_least: 200 } });
  });

  it('is the Poisson deviance as well where a gate, a slice, a rule or a search names it', () => {
    const gate = '{ poisson_deviance: { at_most: 2 } }';
    for (const more of [
      `evaluation: { gates: [${gate}] }`,
      `evaluation: { slices: [{ where: { price: { from: 1 } }, gates: [${gate}] }] }`,
      'evaluation: { robustness: { missing: 10%, metric: poisson_deviance, loses_at_most: 5% } }',
      'release: { rollback_when: [{ poisson_deviance: { above_champion_by: 5% } }] }',
      'release: { success: poisson_deviance }',
      'training: { search: { params: { leaves: { choices: [7] } }, metric: poisson_deviance } }',
    ])
      expect([more, numberTermsOf(read(more))]).toEqual([more, { quantile: null, counts: true }]);
    expect(numberTermsOf(read(''))).toEqual({ quantile: null, counts: false });
  });

  it('is of a running rollout what its own rules name', () => {
    const spec = read('');
    const rules = [{ poisson_deviance: { above_champion_by: 0.05, at_least: 200 } }];
    expect(numberTermsOf(spec, { rollback_when: rules }).counts).toBe(true);
  });
});

describe('a pinball loss', () => {
  it('is refused wherever it is named and nothing says of which quantile', () => {
    expect(
      told(`training: { search: { params: { leaves: { choices: [7] } }, metric: pinball } }
evaluation:
  gates: [{ pinball: { at_most: 3 } }]
  slices: [{ where: { price: { from: 1 } }, gates: [{ pinball: { at_most: 3 } }] }]
  robustness: { missing: 10%, metric: pinball, loses_at_most: 5% }
release: { success: pinball, rollback_when: [{ pinball: { above_champion_by: 5% } }] }`),
    ).toEqual(
      [
        'training.search.metric',
        'evaluation.gates[0].pinball',
        'evaluation.slices[0].gates[0].pinball',
        'evaluation.robustness.metric',
        'release.success',
        'release.rollback_when[0].pinball',
      ].map((path) => expect.stringContaining(`${path}: pinball needs to know of which quantile`) as string),
    );
    expect(told(`${trees('loss: quantile')}\nevaluation: { gates: [{ pinball: { at_most: 3 } }] }`)).toEqual([]);
  });

  it('is of one quantile: not of two, of none that is drawn, and of none of classes', () => {
    expect(told(`${trees('loss: quantile, alpha: 0.9')}\nevaluation: { quantile: 0.95 }`)).toEqual([
      'evaluation.quantile: evaluation.quantile is 0.95, and gbt learns the quantile 0.9',
    ]);
    expect(told(`${trees('loss: quantile, alpha: 0.9')}\nevaluation: { quantile: 90% }`)).toEqual([]);
    expect(told(trees('loss: quantile', ', search: { params: { alpha: { from: 0.1, to: 0.9 } } }'))).toContainEqual(
      'training.search.params.alpha: alpha says which quantile is predicted, and is no parameter to find',
    );
    expect(told('evaluation: { quantile: 0.9 }', 'binary-classification')).toEqual([
      'evaluation.quantile: evaluation.quantile is of a regression, and the task is binary-classification',
    ]);
    expect(told('evaluation: { quantile: 1 }')).toEqual(['evaluation.quantile: evaluation.quantile is 1']);
    expect(told('evaluation: { gates: [{ pinball: { at_least: 3 } }] }')).toHaveLength(2);
  });
});

it('a spec of before there were these metrics keeps the gates that it was applied with', () => {
  const stored = read(
    `${trees('loss: quantile, alpha: 0.9')}\nevaluation: { gates: [{ mae: { better_than_champion_by: 2% } }] }`,
  );
  expect(specOfToday(stored).evaluation).toEqual(stored.evaluation);
  expect(specOfToday(stored).evaluation).not.toHaveProperty('quantile');
});
