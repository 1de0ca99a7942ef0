import type { Frame, FrameColumn } from '../data/dataset.ts';
import { readFrame } from '../data/frame.ts';
import { newestRows, rowsFrom } from '../data/holdout.ts';
import { answerFrame } from '../onnx/answer-frame.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import { type DriftReference, driftReference } from '../monitoring/drift-reference.ts';
import { acceptedRows, type Column } from '../monitoring/shifts.ts';
import type { HeldOutLosses } from '../monitoring/loss-baseline.ts';
import { getDataset } from '../registry/datasets.ts';
import type { Registry } from '../registry/registry.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type Estimate, estimateAccuracy, estimateAuc, estimateMetrics } from '../stats/cbpe.ts';
import { correlationTime } from '../stats/correlation-time.ts';
import { type ErrorSpread, estimateMae } from '../stats/dle.ts';
import { errorOf, type NumberTerms, plainNumbers, usualError } from '../stats/number-losses.ts';
import { calibrated, calibrateScores, type ScoreCalibration } from '../stats/score-calibration.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import { gbt } from '../training/gbt/trainer.ts';
import { championTerms } from './champion-terms.ts';

interface Records {
  readonly registry: Registry;
  readonly store: ObjectStore;
}

/** Held-out rows that are learned from, the newest. */
const mostRows = 20_000;
/** Below so many, what is learned from them is worth nothing. */
const leastRows = 100;
/** The prediction, as a column beside the features. */
const predictionColumn = 'pawl prediction';
/** Small trees on few rows: errors are noisier than labels. */
const errorParams = { trees: 60, leaves: 8, learning_rate: 0.1, min_rows_in_leaf: 30 };

/** Label metrics as they are expected to be, and the interval of the one that the policy is about: accuracy, or MAE, or another error. */
interface Estimated extends Estimate {
  readonly metrics: Readonly<Record<string, number>>;
}

/** What is known of a champion from the rows held out at its release. Answers for others without their labels. */
export interface ChampionReference {
  /** What its rows are compared with, and a name for it. Null where nothing is known of what it was accepted on. */
  readonly drift: { readonly name: string; readonly reference: DriftReference } | null;
  /** Its losses there; null where too few rows were held out. */
  readonly losses: HeldOutLosses | null;
  /**
   * Null where too few rows were held out, or the predictions lack a feature that the estimate needs.
   * @param width standard deviations to each side of the estimate
   */
  estimate(sample: readonly LoggedPrediction[], width: number): Promise<Estimated | null>;
  release(): Promise<void>;
}

/** Made once for a champion and kept, for a few champions at a time: it takes a look at the champion's dataset. */
export class ChampionReferences {
  readonly #dependencies: Records;
  readonly #kept = new Map<string, Promise<ChampionReference>>();

  constructor(dependencies: Records) {
    this.#dependencies = dependencies;
  }

  get(version: VersionRecord, spec: ModelSpec): Promise<ChampionReference> {
    const name = `${version.model}/${version.version}/${spec.monitor.sample}/${championTerms(spec, version).quantile}`;
    let kept = this.#kept.get(name);
    if (kept === undefined) {
      kept = this.#make(version, spec);
      this.#kept.set(name, kept);
      kept.catch(() => this.#kept.delete(name));
      const oldest = this.#kept.size > mostKept ? this.#kept.entries().next().value : undefined;
      if (oldest !== undefined) {
        this.#kept.delete(oldest[0]);
        void oldest[1].then((reference) => reference.release()).catch(() => undefined);
      }
    }
    return kept;
  }

  async #make(version: VersionRecord, spec: ModelSpec): Promise<ChampionReference> {
    const { registry, store } = this.#dependencies;
    if (version.datasetDigest === null) return nothingKnown;
    const dataset = await getDataset(registry, version.datasetDigest);
    const frame = await readFrame(store, dataset.uri, spec);
    const unlearned = heldOutRows(frame, version, spec);
    const heldOut = newestRows(unlearned, mostRows);
    const accepted = newestRows(frame, acceptedRows(spec.monitor.sample));
    const model = await OnnxModel.open(await store.get(version.uri));
    try {
      const drift = await driftOf(accepted, Math.min(unlearned.rows, accepted.rows), model, version, spec);
      return heldOut.rows < leastRows
        ? { ...nothingKnown, drift }
        : { ...(await learnReference(heldOut, model, championTerms(spec, version))), drift };
    } finally {
      await model.release();
    }
  }
}

const mostKept = 8;
/** Of a champion whose held-out rows cannot be looked at. */
export const nothingKnown: ChampionReference = {
  drift: null,
  losses: null,
  estimate: () => Promise.resolve(null),
  release: () => Promise.resolve(),
};

/** The rows that the version has not learned from. */
function heldOutRows(frame: Frame, version: VersionRecord, spec: ModelSpec): Frame {
  if (version.holdoutFrom !== null && frame.timestamp !== null) return rowsFrom(frame, Date.parse(version.holdoutFrom));
  const { holdout } = spec.evaluation;
  return newestRows(frame, 'share' in holdout ? Math.round(frame.rows * holdout.share) : 0);
}

/** The newest accepted rows, as drift is measured against. @param unlearned so many of them, the newest, were held out */
async function driftOf(
  accepted: Frame,
  unlearned: number,
  model: OnnxModel,
  version: VersionRecord,
  spec: ModelSpec,
): Promise<ChampionReference['drift']> {
  const stretch = spec.monitor.sample;
  const columns = Object.entries(accepted.columns).map(([name, column]) => [
    name,
    column.type === 'number' ? column.values : Array.from(column.codes, (code) => column.levels[code] ?? null),
  ]);
  const reference = driftReference(Object.fromEntries(columns) as Record<string, Column>, {
    features: spec.contract.features,
    ...(await answerFrame(model, accepted)),
    unlearned,
    importances: version.importances,
    stretch,
  });
  return { name: `${version.datasetDigest ?? ''} ${stretch} ${unlearned}`, reference };
}

/** What is learned from rows held out. */
type Learned = Omit<ChampionReference, 'drift'>;

/**
 * What can be told of rows without labels, from some that the version has not learned from.
 * @param terms by which a regression is judged
 */
export async function learnReference(heldOut: Frame, model: OnnxModel, terms = plainNumbers): Promise<Learned> {
  const { scores, predictions } = await answerFrame(model, heldOut);
  if (predictions !== undefined) return topConfidence(heldOut, scores, predictions);
  return model.signature.task === 'regression' ? errorModel(heldOut, scores, terms) : confidence(heldOut, scores, model);
}

/**
 * CBPE of many classes: what the probability of the predicted class came to mean on the held-out rows. The mean of it is the accuracy
 * that is expected; of other metrics the log keeps too little.
 */
function topConfidence(heldOut: Frame, scores: Float32Array, predictions: readonly string[]): Learned {
  const right = Float64Array.from(predictions, (said, i) => Number(said === heldOut.classes?.[heldOut.label[i] ?? -1]));
  const calibration = calibrateScores(scores, right);
  return {
    losses: lossesOf(right.map((one) => 1 - one)),
    estimate(sample, width) {
      if (sample.length === 0) return Promise.resolve(null);
      const probability = sample.map(({ score }) => calibrated(calibration, score));
      const accuracy = estimateAccuracy(probability, new Uint8Array(sample.length).fill(1), calibration, width);
      return Promise.resolve({ ...accuracy, metrics: { accuracy: accuracy.value } });
    },
    release: () => Promise.resolve(),
  };
}

/** CBPE: what the scores came to mean on the held-out rows. */
function confidence(heldOut: Frame, scores: Float32Array, { signature }: OnnxModel): Learned {
  const calibration: ScoreCalibration = calibrateScores(scores, heldOut.label);
  const positiveClass = signature.classes?.[1];
  const threshold = signature.threshold ?? 0.5;
  const wrong = Float64Array.from(scores, (score, i) => Number((score >= threshold ? 1 : 0) !== heldOut.label[i]));
  return {
    losses: lossesOf(wrong),
    estimate(sample, width) {
      if (sample.length === 0) return Promise.resolve(null);
      const probability = sample.map(({ score }) => calibrated(calibration, score));
      const positive = sample.map(({ prediction }) => prediction === positiveClass);
      const scored = sample.map(({ score }) => score);
      const metrics = { ...estimateMetrics(probability, positive), auc: estimateAuc(probability, scored) };
      return Promise.resolve({ ...estimateAccuracy(probability, positive, calibration, width), metrics });
    },
    release: () => Promise.resolve(),
  };
}

/** DLE: a second model that has learned the errors on the held-out rows. */
async function errorModel(heldOut: Frame, scores: Float32Array, terms: NumberTerms): Promise<Learned> {
  const errors = Float64Array.from(scores, (score, i) => errorOf(heldOut.label[i] ?? 0, score, terms));
  const summary = summarise(errors);
  const spread: ErrorSpread = { rows: summary.count, deviation: Math.sqrt(summary.squares / Math.max(1, summary.count)) };
  const trained = await gbt.train(
    { task: 'regression', frame: withPrediction(heldOut, scores, errors), params: errorParams, seed: 1 },
    {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onCheckpoint: () => undefined,
    },
  );
  const model = await OnnxModel.open(trained.onnx);
  return {
    losses: lossesOf(errors),
    async estimate(sample, width) {
      const frame = sampleFrame(heldOut, sample);
      if (frame === null) return null;
      const estimate = estimateMae(await scoreFrame(model, frame), spread, width);
      return { ...estimate, metrics: { [usualError(terms)]: estimate.value } };
    },
    release: () => model.release(),
  };
}

function lossesOf(losses: Float64Array): HeldOutLosses {
  return { rows: losses.length, deviation: standardDeviation(summarise(losses)), correlation: correlationTime(losses) };
}

function withPrediction(frame: Frame, scores: Float32Array, label: Float64Array): Frame {
  const columns = { ...frame.columns, [predictionColumn]: { type: 'number', values: scores } as const };
  return { ...frame, features: [...frame.features, predictionColumn], columns, label };
}

/** The logged predictions as a frame like the reference's; null where a feature is not in the log as the model took it. */
function sampleFrame(like: Frame, sample: readonly LoggedPrediction[]): Frame | null {
  if (sample.length === 0) return null;
  const columns: Record<string, FrameColumn> = {};
  for (const name of like.features) {
    const values = sample.map(({ row }) => row[name]);
    const reference = like.columns[name];
    if (reference === undefined || values.includes(undefined)) return null;
    if (reference.type === 'category') {
      const levels = [...new Set(values.filter((value) => typeof value === 'string'))];
      const places = new Map(levels.map((level, i) => [level, i]));
      columns[name] = { type: 'category', codes: Int32Array.from(values, (value) => places.get(String(value)) ?? -1), levels };
    } else {
      if (values.some((value) => typeof value === 'string')) return null;
      columns[name] = { ...reference, values: Float32Array.from(values, (value) => (value === null ? NaN : Number(value))) };
    }
  }
  const scores = Float32Array.from(sample, ({ score }) => score);
  const empty: Frame = { ...like, rows: sample.length, columns, label: new Float64Array(sample.length), timestamp: null };
  return withPrediction(empty, scores, empty.label);
}
