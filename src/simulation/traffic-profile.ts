import type { Task } from '../onnx/signature.ts';
import type { Fraction, Milliseconds } from '../spec/quantities.ts';
import { normalDistribution, normalQuantile } from '../stats/normal.ts';
import { inWords } from '../stats/wording.ts';
import type { Histogram } from '../stats/quantile-sequence.ts';
import type { CallerProfile } from './callers.ts';

/** A model's traffic in a few numbers: what a simulation draws from. Plain JSON. */
export interface TrafficProfile {
  readonly format: 1;
  readonly model: string;
  /** Requests a second by hour of the day, UTC: 24 of them. */
  readonly requestsPerSecond: readonly number[];
  readonly callers: CallerProfile;
  /** Fraction of the champion's requests that fail. */
  readonly errorRate: Fraction;
  /** Of the champion, ms. */
  readonly latency: Histogram;
  readonly answers: ClassAnswers | NumberAnswers;
  readonly labels: LabelProfile;
  /** Sentences: what it was made of, and what was assumed because nothing of it is recorded yet. */
  readonly madeOf: readonly string[];
  readonly assumed: readonly string[];
}

/** How right the champion is, and how often another version like it says something else; by what the label says. */
export interface ClassAnswers {
  readonly task: 'binary-classification';
  /** Fraction of the labels that are the positive class. */
  readonly positives: Fraction;
  readonly accuracy: ByLabel;
  readonly disagreement: ByLabel;
  /** Labelled pairs that follow each other and are worth one independent pair: 1 or more. */
  readonly alike: number;
}

export interface ByLabel {
  readonly negative: Fraction;
  readonly positive: Fraction;
}

/** How far off the champion is, and how alike another version's errors are. */
export interface NumberAnswers {
  readonly task: 'regression';
  /** Of the absolute errors, ascending: as many parts of them as there are values, each by its middle. */
  readonly errors: readonly number[];
  /** Of the errors of both sides of a pair, -1 to 1. */
  readonly correlation: number;
  /** Fraction of the pairs whose scores are further apart than one standard deviation of the champion's. */
  readonly disagreement: Fraction;
  /** Labelled pairs that follow each other and are worth one independent pair: 1 or more. */
  readonly alike: number;
}

export interface LabelProfile {
  /** Fraction of the requests whose label ever comes. */
  readonly share: Fraction;
  /** From request to label, ascending: as many equal parts as there are values, each by its middle. */
  readonly delays: readonly Milliseconds[];
}

/** What is recorded of a model; null where nothing is. */
export interface RecordedTraffic {
  readonly requestsPerSecond: readonly number[] | null;
  readonly callers: CallerProfile | null;
  readonly errors: { readonly requests: number; readonly errors: number } | null;
  readonly latency: Histogram | null;
  readonly answers: ClassAnswers | NumberAnswers | null;
  readonly labels: LabelProfile | null;
  /** A sentence for each of them. */
  readonly madeOf: readonly string[];
  /** Of what is not null, what was assumed all the same. */
  readonly assumed: readonly string[];
}

export const nothingRecorded: RecordedTraffic = {
  requestsPerSecond: null,
  callers: null,
  errors: null,
  latency: null,
  answers: null,
  labels: null,
  madeOf: [],
  assumed: [],
};

const minute = 60_000;

/** Where nothing is recorded: a middling service, and a version whose answers differ from its champion's in one of ten. */
export const usual = {
  requestsPerSecond: 10,
  callers: { count: 1000, exponent: 1, withoutKey: 0 },
  errorRate: 0.002,
  disagreement: 0.1,
  correlation: 0.9,
  accuracy: 0.8,
  positives: 0.5,
  labels: { share: 0.5, delays: [1, 5, 15, 30, 60].map((minutes) => minutes * minute) },
  /** Log-normal, ms: a median of 5 and a 99th percentile of 20. */
  latency: { median: 5, shape: 0.6 },
} as const;

/**
 * The profile of what is recorded, with the usual where nothing is.
 * @param metrics of the champion on the rows held out, where there is one: they stand for what labels do not say yet
 */
export function profileOf(
  model: string,
  task: Task,
  recorded: RecordedTraffic,
  metrics: Readonly<Record<string, number>> = {},
): TrafficProfile {
  const assumed = [...recorded.assumed];
  const orAssume = <Value>(value: Value | null, other: Value, sentence: string): Value => {
    if (value !== null) return value;
    assumed.push(sentence);
    return other;
  };
  const { requestsPerSecond: rate, callers, labels } = usual;
  return {
    format: 1,
    model,
    requestsPerSecond: orAssume(
      recorded.requestsPerSecond,
      new Array<number>(24).fill(rate),
      `${rate} requests a second, day and night`,
    ),
    callers: orAssume(
      recorded.callers,
      callers,
      `${inWords(callers.count)} callers with a key, the one of rank k asking as often as 1/k`,
    ),
    errorRate:
      recorded.errors === null
        ? orAssume(null, usual.errorRate, '0.2 % of requests fail')
        : // Half an error more: what never failed yet is not taken to be unable to.
          (recorded.errors.errors + 0.5) / (recorded.errors.requests + 1),
    latency: orAssume(recorded.latency, usualLatency(), 'latency of 5 ms, with a 99th percentile of 20 ms'),
    answers: recorded.answers ?? assumedAnswers(task, metrics, assumed),
    labels: orAssume(recorded.labels, labels, 'a label for half of the requests, after 1 to 60 minutes'),
    madeOf: recorded.madeOf,
    assumed,
  };
}

function assumedAnswers(task: Task, metrics: Readonly<Record<string, number>>, assumed: string[]): ClassAnswers | NumberAnswers {
  if (task === 'regression') {
    const { mae } = metrics;
    assumed.push(
      `absolute errors ${mae === undefined ? 'of 1' : `as on the rows held out (MAE ${Number(mae.toPrecision(4))})`} on average, normal; two versions' correlated by 0.9, requests independent of each other`,
    );
    return { task, errors: halfNormal(mae ?? 1), correlation: usual.correlation, disagreement: usual.disagreement, alike: 1 };
  }
  const accuracy = metrics['accuracy'] ?? usual.accuracy;
  assumed.push(
    `an accuracy of ${(100 * accuracy).toFixed(1)} %${metrics['accuracy'] === undefined ? '' : ', as on the rows held out'}, two versions answering one in ten requests differently, independently of each other`,
  );
  return {
    task: 'binary-classification',
    positives: usual.positives,
    accuracy: { negative: accuracy, positive: accuracy },
    disagreement: { negative: usual.disagreement, positive: usual.disagreement },
    alike: 1,
  };
}

/** The middles of a hundred equal parts of absolute normal errors. */
function halfNormal(mean: number): number[] {
  const sd = mean * Math.sqrt(Math.PI / 2);
  return middles(100).map((share) => sd * normalQuantile((1 + share) / 2));
}

/** In buckets 2 % wide, as gateways count. */
function usualLatency(): Histogram {
  const { median, shape } = usual.latency;
  const upTo = (z: number) => median * Math.exp(shape * z);
  const width = Math.log(1.02) / shape;
  return Array.from({ length: Math.ceil(8 / width) }, (_, i) => {
    const z = -4 + (i + 1) * width;
    return [upTo(z), Math.round(1e6 * (normalDistribution(z) - normalDistribution(z - width)))] as const;
  });
}

/** The middles of so many equal parts of a whole. */
export function middles(parts: number): number[] {
  return Array.from({ length: parts }, (_, i) => (i + 0.5) / parts);
}

export const hoursOfDay = 24;
