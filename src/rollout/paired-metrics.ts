import type { Task } from '../onnx/signature.ts';
import { countLosses, type LossSums, noLosses } from '../stats/betting.ts';
import { correlationTime } from '../stats/correlation-time.ts';
import { type NumberTerms, pinballLoss, plainNumbers, servedDeviance } from '../stats/number-losses.ts';
import { standardError, summarise } from '../stats/summary.ts';
import type { PairedCounts } from './state.ts';
import { rangeOf, type Worth, worthOf } from './worth.ts';

export interface Answer {
  readonly score: number;
  /** The class, as text; regression does not look at it. */
  readonly prediction: string;
}

export interface LabelledPair {
  readonly champion: Answer;
  readonly challenger: Answer;
  readonly label: string;
}

/** A metric's value over all pairs, and what each pair adds to its deviation (mean 0, so that their spread is the metric's). */
interface Estimate {
  readonly value: number;
  readonly influence: readonly number[];
}

/**
 * Label metrics of both sides over the same requests, and the standard error of their difference. The standard error is that
 * of the mean of the differences of influences (the delta method; Efron and Tibshirani, "An Introduction to the Bootstrap",
 * 1993, chapter 21): requests that both sides get equally right or wrong cancel, which is what pairing is for.
 *
 * Pairs of one stretch of time are alike, as half hours of one market are: then many of them say what one by itself would. How many
 * is read off the same differences.
 * @param pairs in the order of their time
 * @param positive the class that F1, precision, recall and the value are about; null leaves them out. Regression: ignored
 * @param worth of answers; without, nothing is said of their value
 * @param terms of a regression: what else it is judged by. Labels of counts are at least 0; a prediction of a count that is not above 0
 * counts as one of 1e-15, so that it is a large error and not an infinite one
 * @returns accuracy, f1, precision, recall and value, or mae, rmse and by the terms pinball and poisson_deviance; all empty without pairs
 */
export function pairedMetrics(
  task: Task,
  pairs: readonly LabelledPair[],
  positive: string | null,
  worth?: Worth,
  terms: NumberTerms = plainNumbers,
): Omit<PairedCounts, 'pairs' | 'disagreements' | 'labelled'> {
  const losses = task === 'regression' ? {} : lossesOf(pairs, positive, worth);
  const none = { champion: {}, challenger: {} };
  if (pairs.length === 0) return { ...none, standardError: {}, ownErrors: none, losses, alike: {} };
  const estimate = (side: 'champion' | 'challenger') =>
    task === 'regression'
      ? regression(
          pairs.map((pair) => ({ predicted: pair[side].score, actual: Number(pair.label) })),
          terms,
        )
      : classification(
          pairs.map((pair) => ({ predicted: pair[side].prediction, actual: pair.label })),
          positive,
          worth,
        );
  const [champion, challenger] = [estimate('champion'), estimate('challenger')];
  const differences = Object.entries(challenger).map(([metric, { influence }]) => {
    const other = champion[metric]?.influence ?? [];
    return [metric, influence.map((own, i) => own - (other[i] ?? 0))] as const;
  });
  const ownErrors = task === 'regression' ? { champion: ownErrorsOf(champion), challenger: ownErrorsOf(challenger) } : none;
  return {
    champion: values(champion),
    challenger: values(challenger),
    standardError: Object.fromEntries(differences.map(([metric, of]) => [metric, standardError(summarise(of))])),
    ownErrors,
    losses,
    alike: Object.fromEntries(differences.map(([metric, of]) => [metric, correlationTime(of)])),
  };
}

/** What the challenger lost on each pair, where that is bounded. */
function lossesOf(
  pairs: readonly LabelledPair[],
  positive: string | null,
  worth: Worth | undefined,
): Partial<Record<'accuracy' | 'recall' | 'value', LossSums>> {
  const lost = ({ champion, challenger, label }: LabelledPair) =>
    Number(champion.prediction === label) - Number(challenger.prediction === label);
  const accuracy = countLosses(pairs.map(lost));
  if (positive === null) return { accuracy };
  const recall = countLosses(pairs.filter(({ label }) => label === positive).map(lost));
  if (worth === undefined) return { accuracy, recall };
  const range = rangeOf(worth);
  const of = ({ prediction }: Answer, label: string) => worthOf(worth, prediction === positive, label === positive);
  const value =
    range === 0
      ? noLosses
      : countLosses(pairs.map(({ champion, challenger, label }) => (of(champion, label) - of(challenger, label)) / range));
  return { accuracy, recall, value };
}

function ownErrorsOf(estimates: Readonly<Record<string, Estimate>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(estimates).map(([metric, { influence }]) => [metric, standardError(summarise(influence))]),
  );
}

function values(estimates: Readonly<Record<string, Estimate>>): Record<string, number> {
  return Object.fromEntries(Object.entries(estimates).map(([metric, { value }]) => [metric, value]));
}

function classification(
  answers: readonly { predicted: string; actual: string }[],
  positive: string | null,
  worth: Worth | undefined,
): Record<string, Estimate> {
  const accuracy = meanOf(answers.map(({ predicted, actual }) => Number(predicted === actual)));
  if (positive === null) return { accuracy };
  const hits = answers.map(({ predicted, actual }) => Number(predicted === positive && actual === positive));
  const said = answers.map(({ predicted }) => Number(predicted === positive));
  const are = answers.map(({ actual }) => Number(actual === positive));
  const estimates = {
    accuracy,
    f1: ratioOf(
      hits.map((hit) => 2 * hit),
      said.map((one, i) => one + (are[i] ?? 0)),
    ),
    precision: ratioOf(hits, said),
    recall: ratioOf(hits, are),
    value:
      worth === undefined
        ? null
        : meanOf(answers.map(({ predicted, actual }) => worthOf(worth, predicted === positive, actual === positive))),
  };
  return Object.fromEntries(Object.entries(estimates).flatMap(([name, one]) => (one === null ? [] : [[name, one]])));
}

function regression(
  answers: readonly { predicted: number; actual: number }[],
  { quantile, counts }: NumberTerms,
): Record<string, Estimate> {
  const errors = answers.map(({ predicted, actual }) => predicted - actual);
  const mean = (loss: (actual: number, predicted: number) => number) =>
    meanOf(answers.map(({ predicted, actual }) => loss(actual, predicted)));
  const squared = meanOf(errors.map((error) => error ** 2));
  const rmse = Math.sqrt(squared.value);
  return {
    mae: meanOf(errors.map(Math.abs)),
    rmse: { value: rmse, influence: squared.influence.map((part) => (rmse === 0 ? 0 : part / (2 * rmse))) },
    ...(quantile === null ? {} : { pinball: mean((actual, predicted) => pinballLoss(actual, predicted, quantile)) }),
    ...(counts ? { poisson_deviance: mean(servedDeviance) } : {}),
  };
}

function meanOf(parts: readonly number[]): Estimate {
  const value = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  return { value, influence: parts.map((part) => part - value) };
}

/** Sum over sum; null where the lower one is 0. */
function ratioOf(over: readonly number[], under: readonly number[]): Estimate | null {
  const whole = under.reduce((sum, part) => sum + part, 0);
  if (whole === 0) return null;
  const value = over.reduce((sum, part) => sum + part, 0) / whole;
  const mean = whole / under.length;
  return { value, influence: over.map((part, i) => (part - value * (under[i] ?? 0)) / mean) };
}
