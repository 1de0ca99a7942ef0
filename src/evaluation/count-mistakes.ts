import { FinalError } from '../errors.ts';
import { counted } from '../stats/wording.ts';
import type { Answers } from './answers.ts';

/** Why the Poisson deviance has no value: half-sentences; none where it has one. */
export function countMistakes(label: ArrayLike<number>, { score }: Pick<Answers, 'score'>): string[] {
  let [negative, notAbove] = [0, 0];
  for (let row = 0; row < label.length; row++) {
    if (!((label[row] ?? NaN) >= 0)) negative++;
    if (!((score[row] ?? NaN) > 0)) notAbove++;
  }
  return [
    ...(negative === 0 ? [] : [`${counted(negative, 'label')} of ${label.length} ${negative === 1 ? 'is' : 'are'} negative`]),
    ...(notAbove === 0
      ? []
      : [`${counted(notAbove, 'prediction')} of ${label.length} ${notAbove === 1 ? 'is' : 'are'} not above 0`]),
  ];
}

/**
 * A model that is judged as one of counts, on rows that are none, or with answers that no Poisson distribution has for a mean.
 * @throws FinalError PAWL_METRIC_UNDEFINED
 */
export function checkCounts(label: ArrayLike<number>, answers: Answers): void {
  if (answers.terms?.counts !== true) return;
  const mistakes = countMistakes(label, answers);
  if (mistakes.length === 0) return;
  throw new FinalError('PAWL_METRIC_UNDEFINED', 'poisson_deviance is of counts and of their means, which are above 0.', {
    problems: mistakes.map((message) => ({ subject: 'poisson_deviance', message })),
  });
}
