import { metricsOf } from '../evaluation/answers.ts';
import { answersOfNamed } from '../evaluation/class-answers.ts';
import { computeMetrics } from '../evaluation/metrics.ts';
import { classicBatch, classicFinding, type ClassicMemory, isNewBatch } from '../monitoring/classic.ts';
import { classicPerformance } from '../monitoring/classic-rules.ts';
import { estimateFinding } from '../monitoring/estimate.ts';
import { estimateWidth } from '../monitoring/false-alarm-budget.ts';
import { lossBaseline } from '../monitoring/loss-baseline.ts';
import { measureSample } from '../monitoring/measure-sample.ts';
import { contractFaults, type DataFault, qualityFinding } from '../monitoring/quality.ts';
import { acceptedRows, type Column, featureShifts } from '../monitoring/shifts.ts';
import type { FeatureShift, Finding, Observation } from '../monitoring/state.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { errorOf, plainNumbers, usualError } from '../stats/number-losses.ts';
import type { ChampionReference } from './champion-reference.ts';
import { championTerms } from './champion-terms.ts';
import { falseAlarmsOf } from './false-alarms.ts';

/** The newest so many rows that a champion was accepted on, by column, oldest first. */
export type AcceptedRows = (newest: number) => Promise<Readonly<Record<string, Column>>>;

/** A sample smaller than this share of the policy's is not compared: its noise would be taken for drift. */
const smallestSample = 0.25;

/** The features of the sample that can be looked at, by column: of what the log drops or hashes there is nothing to see. */
export function loggedColumns(spec: ModelSpec, sample: readonly LoggedPrediction[]) {
  const least = spec.monitor.sample * smallestSample;
  return Object.fromEntries(
    Object.entries(spec.contract.features)
      .filter(([, { log }]) => log === 'keep')
      .map(([name, { type }]) => [name, loggedValues(sample, name, type === 'category')] as const)
      .filter(([, values]) => values.length >= least),
  );
}

/** The recent predictions against the newest rows of the dataset that the champion was accepted on. */
export async function shiftsOf(
  spec: ModelSpec,
  sample: readonly LoggedPrediction[],
  accepted: AcceptedRows,
): Promise<FeatureShift[]> {
  if (sample.length < spec.monitor.sample * smallestSample) return [];
  const columns = loggedColumns(spec, sample);
  const features = Object.fromEntries(Object.entries(spec.contract.features).filter(([name]) => Object.hasOwn(columns, name)));
  return featureShifts(await accepted(acceptedRows(spec.monitor.sample)), columns, features, spec.monitor.sample);
}

/** `preset: classic`: the usual limits, asked of each new batch of predictions and of the last labels. */
export async function classicLook(
  spec: ModelSpec,
  version: VersionRecord,
  input: {
    readonly sample: readonly LoggedPrediction[];
    readonly accepted: AcceptedRows | null;
    readonly live: LiveMetrics;
    readonly before: ClassicMemory | null;
  },
): Promise<{ memory: ClassicMemory | null; drift: Finding | null; performance: Finding | null }> {
  const { sample, accepted, live, before } = input;
  const performance = classicFinding(classicPerformance(live.metrics, version.metrics, live.labels));
  const [oldest, newest] = [sample[0]?.at, sample.at(-1)?.at];
  const whole = sample.length >= spec.monitor.sample && oldest !== undefined && newest !== undefined;
  if (!whole || accepted === null || !isNewBatch(before, oldest))
    return { memory: before, drift: before?.drift ?? null, performance };
  const measured = measureSample(await accepted(spec.monitor.sample), loggedColumns(spec, sample), spec.contract.features);
  const memory = classicBatch(before, measured, version.importances, newest);
  return { memory, drift: memory.drift, performance };
}

/** What callers send that the contract of the data does not have, and what else is wrong with it. */
export function qualityOf(spec: ModelSpec, sample: readonly LoggedPrediction[], others: readonly DataFault[]): Finding | null {
  const { features, quarantine } = spec.contract;
  const enough = sample.length >= spec.monitor.sample * smallestSample;
  const broken = enough ? contractFaults(loggedColumns(spec, sample), features, quarantine.at_most) : [];
  const unsaid = others.filter(({ feature }) => !broken.some((fault) => fault.feature === feature));
  return qualityFinding([...broken, ...unsaid], spec.owner);
}

/** Performance without labels, of the champion's own answers in the sample. */
export async function estimateOf(
  spec: ModelSpec,
  version: VersionRecord,
  sample: readonly LoggedPrediction[],
  reference: ChampionReference,
): Promise<Pick<Observation, 'estimate' | 'estimated'>> {
  const { performance } = spec.monitor;
  const own = sample.filter((prediction) => prediction.version === version.version);
  if (!performance.estimate || own.length < performance.at_least) return { estimate: null };
  const baseline = lossBaseline(
    spec.task,
    version.metrics,
    spec.monitor,
    reference.losses,
    usualError(championTerms(spec, version)),
  );
  const width = estimateWidth(falseAlarmsOf(spec.monitor).estimate, spec.monitor.every);
  const seen = baseline === null ? null : await reference.estimate(own, width);
  if (baseline === null || seen === null) return { estimate: null };
  return { estimate: estimateFinding(seen, baseline, own.length), estimated: seen.metrics };
}

interface LiveMetrics {
  /** Empty below `performance.at_least` labels. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly labels: number;
}

/**
 * Label metrics of one version over its newest answers whose label is there.
 * @param labelsOf the labels of predictions, by id
 * @param terms by which a regression is judged
 */
export async function liveMetrics(
  spec: ModelSpec,
  version: number,
  predictions: readonly LoggedPrediction[],
  labelsOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  terms = plainNumbers,
): Promise<LiveMetrics> {
  const own = predictions.filter((prediction) => prediction.version === version && prediction.role !== 'shadow');
  const labels = await labelsOf(own.map((prediction) => prediction.id));
  const labelled = own.filter((prediction) => labels.has(prediction.id));
  const count = labelled.length;
  if (count < spec.monitor.performance.at_least) return { metrics: {}, labels: count };
  if (spec.task !== 'regression') {
    const answers = labelled.map(({ id, prediction }) => ({ prediction, label: labels.get(id) ?? '' }));
    const metrics =
      spec.task === 'multiclass-classification' ? manyClassMetrics(answers) : classMetrics(answers, spec.contract.positive);
    return { metrics, labels: count };
  }
  const label = Float64Array.from(labelled, (prediction) => Number(labels.get(prediction.id)));
  const score = Float32Array.from(labelled, (prediction) => prediction.score);
  const errors = label.map((y, i) => errorOf(y, score[i] ?? NaN, terms)).filter((error) => !Number.isNaN(error));
  const judged =
    errors.length === 0 ? {} : { [usualError(terms)]: errors.reduce((sum, error) => sum + error, 0) / errors.length };
  return { metrics: { ...computeMetrics('regression', label, score, 0), ...judged }, labels: count };
}

/** Accuracy and F1. Without a class that the contract calls positive it is the greater of those that were seen. */
function classMetrics(
  answers: readonly { readonly prediction: string; readonly label: string }[],
  named: string | undefined,
): Record<string, number> {
  const positive = named ?? answers.map(({ label }) => label).reduce((a, b) => (greater(a, b) ? a : b));
  let [right, hits, either] = [0, 0, 0];
  for (const { prediction, label } of answers) {
    if (prediction === label) right++;
    if (prediction === positive && label === positive) hits++;
    either += Number(prediction === positive) + Number(label === positive);
  }
  return { accuracy: right / answers.length, ...(either === 0 ? {} : { f1: (2 * hits) / either }) };
}

/** Accuracy, and the F1 of the classes that were seen, on average. */
function manyClassMetrics(answers: readonly { readonly prediction: string; readonly label: string }[]): Record<string, number> {
  const classes = [...new Set(answers.flatMap(({ prediction, label }) => [prediction, label]))];
  const named = answersOfNamed(
    answers.map(({ prediction }) => prediction),
    classes,
  );
  const { accuracy, f1 } = metricsOf(
    answers.map(({ label }) => classes.indexOf(label)),
    named,
  );
  return { ...(accuracy === undefined ? {} : { accuracy }), ...(f1 === undefined ? {} : { f1 }) };
}

/** As numbers where both are, else as text. */
const greater = (a: string, b: string) => (Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? a > b : Number(a) > Number(b));

/** A feature's values, but for rows that were logged when it was dropped, or a number hashed. */
function loggedValues(sample: readonly LoggedPrediction[], feature: string, isText: boolean) {
  return sample.flatMap(({ row }) => {
    const value = row[feature];
    return value === undefined || (value !== null && (typeof value === 'string') !== isText) ? [] : [value];
  });
}
