import { expect, it } from 'vitest';
import { modelSpec } from '../spec/schema.ts';
import { evaluateInputs, settings } from './inputs.ts';

/** What an evaluation of one artifact depends on, with this training and these keys of `evaluation`. */
function inputs(params: object, evaluation: object = { gates: [{ mae: { at_most: 3 } }] }) {
  const spec = modelSpec.parse({
    model: 'visits',
    task: 'regression',
    owner: 'tests',
    source: { files: '*.csv' },
    contract: { label: 'visits', features: { hour: { type: 'number' } } },
    training: { params },
    evaluation,
  });
  const dataset = { digest: 'sha256:data', rows: 100, newest: null } as const;
  const surroundings = { code: settings({}), environment: settings({}) };
  return {
    spec,
    evaluation: evaluateInputs(spec, { dataset, candidate: { digest: 'sha256:a' }, champion: null, ...surroundings })[
      'evaluation'
    ],
  };
}

it('an evaluation is made anew where the same artifact is to be another quantile, or counts', () => {
  const found = [{ loss: 'quantile', alpha: 0.9 }, { loss: 'quantile', alpha: 0.8 }, { loss: 'poisson' }, {}].map(
    (params) => inputs(params).evaluation?.digest,
  );
  expect(new Set(found).size).toBe(4);
});

it('an evaluation of values depends on what the file says of it, and on nothing that came with quantiles', () => {
  const { spec, evaluation } = inputs({ trees: 7 });
  expect(evaluation).toEqual(settings(spec.evaluation));
});
