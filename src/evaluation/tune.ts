import type { Frame } from '../data/dataset.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import { logit, type ScoreCurve, withScoreCurve, withThresholds } from '../onnx/tuned-graph.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { calibrateScores } from '../stats/score-calibration.ts';
import { equalOpportunity } from './group-thresholds.ts';
import { plattScaling } from './platt.ts';
import { groupsOf, pick } from './slices.ts';

/** A group with fewer positive rows gets no threshold of its own: its true-positive rate would be known to 20 points at best. */
const leastPositives = 30;

/** What was learned of scores after the training, on rows that the model has not learned from. Small: it travels through Temporal. */
export interface Tuning {
  readonly rows: number;
  readonly calibrate: 'none' | 'platt' | 'isotonic';
  readonly thresholds: {
    readonly column: string;
    readonly byValue: Readonly<Record<string, number>>;
    readonly otherwise: number;
    readonly truePositive: number;
    readonly left: readonly string[];
  } | null;
}

/** Whether a spec asks for rows to tune on. */
export function asksForTuning({ task, evaluation }: ModelSpec): boolean {
  return task === 'binary-classification' && (evaluation.calibrate !== 'none' || evaluation.fairness?.thresholds !== undefined);
}

/**
 * The same model with a calibration and group thresholds behind its score, learned on `frame`: first the calibration, then the
 * thresholds of the calibrated scores, both by what ONNX Runtime itself says.
 * @param frame rows before the hold-out that the model has not learned from
 */
export async function tune(
  artifact: Uint8Array,
  frame: Frame,
  { evaluation }: ModelSpec,
): Promise<{ onnx: Uint8Array; tuning: Tuning }> {
  let onnx = artifact;
  const { calibrate, fairness } = evaluation;
  if (calibrate !== 'none') onnx = withScoreCurve(onnx, curveOf(calibrate, await scored(onnx, frame), frame.label));
  const column = fairness?.thresholds;
  if (column === undefined) return { onnx, tuning: { rows: frame.rows, calibrate, thresholds: null } };
  const scores = await scored(onnx, frame);
  const prefix = `${column} is `;
  const groups = groupsOf(column, frame).map(({ name, rows }) => ({
    value: name.slice(prefix.length),
    label: pick(frame.label, rows),
    score: pick(scores, rows),
  }));
  const found = equalOpportunity(groups, leastPositives);
  if (found === null) return { onnx, tuning: { rows: frame.rows, calibrate, thresholds: null } };
  const { thresholds, otherwise, truePositive, left } = found;
  const type = frame.columns[column]?.type === 'category' ? 'category' : 'boolean';
  onnx = withThresholds(onnx, { column, type, thresholds, otherwise });
  return {
    onnx,
    tuning: { rows: frame.rows, calibrate, thresholds: { column, byValue: thresholds, otherwise, truePositive, left } },
  };
}

async function scored(onnx: Uint8Array, frame: Frame): Promise<Float32Array> {
  const model = await OnnxModel.open(onnx);
  try {
    return await scoreFrame(model, frame);
  } finally {
    await model.release();
  }
}

function curveOf(kind: 'platt' | 'isotonic', scores: Float32Array, label: Float64Array): ScoreCurve {
  if (kind === 'platt')
    return {
      kind,
      ...plattScaling(
        Float64Array.from(scores, (score) => logit(score)),
        label,
      ),
    };
  const { scores: at, probabilities } = calibrateScores(scores, label);
  // So many rows cannot tell a chance from none: no score is said to be certain.
  const end = 1 / (label.length + 2);
  return { kind, scores: at, probabilities: probabilities.map((p) => Math.max(end, Math.min(1 - end, p))) };
}
