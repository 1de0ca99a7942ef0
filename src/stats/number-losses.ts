/** What a regression is asked to predict, beyond values that are near: by this it is judged. */
export interface NumberTerms {
  /** The quantile that it predicts, between 0 and 1: pinball is of it. Null where none is asked for. */
  readonly quantile: number | null;
  /** Whether it predicts the mean of counts: the Poisson deviance is of them. */
  readonly counts: boolean;
}

/** Values, and no more. */
export const plainNumbers: NumberTerms = { quantile: null, counts: false };

/**
 * The pinball loss of one prediction: `quantile` times what it is below the label, 1 - quantile times what it is above. Its mean is
 * smallest where that share of labels lies below the predictions (R. Koenker and G. Bassett, Econometrica 46, 1978). In the label's unit,
 * at least 0; at 1/2 half the absolute error.
 */
export function pinballLoss(label: number, predicted: number, quantile: number): number {
  const below = label - predicted;
  return below >= 0 ? quantile * below : (quantile - 1) * below;
}

/**
 * The unit deviance of one count under a Poisson distribution with the predicted mean, 2 (y log(y / m) - y + m), where 0 log 0 is 0
 * (P. McCullagh and J. Nelder, Generalized Linear Models, 2nd ed., 1989, table 2.1). At least 0; NaN where the label is negative or the
 * prediction not above 0, of which there is none.
 */
export function poissonDeviance(label: number, predicted: number): number {
  if (!(label >= 0 && predicted > 0)) return NaN;
  return 2 * ((label === 0 ? 0 : label * Math.log(label / predicted)) - label + predicted);
}

/**
 * The error of one answer to a caller, by what a regression is judged by: its part of the metric that `usualError` names. A predicted
 * mean of counts that is not above 0 is taken for 1e-15, so that it is a large error and not an infinite one. NaN for a negative count.
 */
export function errorOf(label: number, predicted: number, terms: NumberTerms): number {
  switch (usualError(terms)) {
    case 'pinball':
      return pinballLoss(label, predicted, terms.quantile ?? NaN);
    case 'poisson_deviance':
      return servedDeviance(label, predicted);
    case 'mae':
      return Math.abs(predicted - label);
  }
}

/** The Poisson deviance of an answer to a caller: it cannot be refused any more. */
export function servedDeviance(label: number, predicted: number): number {
  return poissonDeviance(label, Math.max(leastMean, predicted));
}

/** A predicted mean of counts is kept this far above 0, as a probability is in the log loss. */
const leastMean = 1e-15;

export type UsualError = 'mae' | 'pinball' | 'poisson_deviance';

/** As sentences call them. */
export const errorNames: Readonly<Record<UsualError, string>> = {
  mae: 'MAE',
  pinball: 'pinball loss',
  poisson_deviance: 'Poisson deviance',
};

/** The error that a regression is compared by where nothing else is said: what it was asked to make small. */
export function usualError({ quantile, counts }: NumberTerms): UsualError {
  if (quantile !== null) return 'pinball';
  return counts ? 'poisson_deviance' : 'mae';
}
