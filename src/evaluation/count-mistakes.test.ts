import { expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { answersAt } from './answers.ts';
import { checkCounts } from './count-mistakes.ts';

const counts = { quantile: null, counts: true };

function refusal(label: number[], score: number[], terms = counts): FinalError | null {
  try {
    checkCounts(label, { ...answersAt(score, null), terms });
    return null;
  } catch (error) {
    if (error instanceof FinalError) return error;
    throw error;
  }
}

it('a model of counts is refused where labels are negative, or predictions no means of counts, all at once', () => {
  expect(refusal([-1, 0, 3], [1, 0, -2])).toMatchObject({
    code: 'PAWL_METRIC_UNDEFINED',
    problems: [
      { subject: 'poisson_deviance', message: '1 label of 3 is negative' },
      { subject: 'poisson_deviance', message: '2 predictions of 3 are not above 0' },
    ],
  });
  expect(refusal([0, 1], [0.1, NaN])?.problems).toHaveLength(1);
});

it('nothing is refused of counts, nor of a model that is judged as one of values', () => {
  expect(refusal([0, 2], [1e-9, 4])).toBeNull();
  expect(refusal([-1, 2], [0, -4], { ...counts, counts: false })).toBeNull();
});
