import type { Frame } from '../data/dataset.ts';
import type { FairnessSpec, Gate, MetricGate } from '../spec/evaluation-schema.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { Answers } from './answers.ts';
import { checkBehaviour } from './behaviour.ts';
import { oneAgainstOthers } from './class-answers.ts';
import { type ClassReport, classReports } from './class-reports.ts';
import { checkFairness, type GroupReport } from './fairness.ts';
import type { GateResult } from './gate-result.ts';
import { checkGates, type EvaluatedRows } from './gates.ts';
import { checkLimits, type Costs } from './limits.ts';
import { type ReliabilityBin, reliabilityCurve } from './reliability.ts';
import { checkRobustness } from './robustness.ts';
import { checkSlices, withClassColumn } from './slices.ts';

/** What a candidate is judged on. */
export interface Trial {
  /** Rows that neither version has learned from. */
  readonly frame: Frame;
  readonly candidate: Answers;
  readonly champion: Answers | 'unfit' | null;
  /** The candidate's answers on other rows. */
  readonly score: (frame: Frame) => Promise<Answers>;
  readonly costs: Costs;
}

/** Every gate's result, and what is told of a version whether a gate asks or not. */
export interface Judgement {
  readonly gates: readonly GateResult[];
  /** Null where the answers are no probabilities. */
  readonly reliability: readonly ReliabilityBin[] | null;
  /** Of three classes or more; other tasks lack it. */
  readonly classes?: readonly ClassReport[];
  /** Empty where `evaluation.fairness` names no groups. */
  readonly groups: readonly GroupReport[];
}

/** All that pawl.yaml asks of a version, in the order of the file. */
export async function judge({ evaluation, contract }: ModelSpec, trial: Trial): Promise<Judgement> {
  const { frame, candidate, champion, score, costs } = trial;
  const { confidence, fairness, robustness } = evaluation;
  const on = 'held-out rows';
  const rows = { label: frame.label, candidate, champion, on, inOrder: frame.timestamp !== null };
  const subject = { frame, features: contract.features, answers: candidate, score, on, confidence };
  const measured = evaluation.gates.map(metricsOnly).filter((gate) => Object.keys(gate).length > 0);
  const gates = [
    ...(await checkGates(measured, rows, confidence)),
    ...checkLimits(evaluation.gates, costs, confidence),
    ...(await checkSlices(evaluation.slices, withClassColumn(frame, contract.label), rows, confidence)),
    ...(await checkBehaviour(evaluation.behaviour, subject)),
  ];
  const fair =
    fairness === undefined ? null : await checkFairness(fairness, frame, fairnessRows(fairness, frame, rows), confidence);
  gates.push(...(fair?.results ?? []));
  if (robustness !== undefined) gates.push(await checkRobustness(robustness, subject));
  const classes = classReports(frame, candidate, confidence);
  return {
    gates,
    ...(classes === null ? {} : { classes }),
    reliability: reliabilityCurve(frame.label, candidate, confidence),
    groups: fair?.groups ?? [],
  };
}

/** Without what is measured of the artifact and not of its answers. */
function metricsOnly(gate: Gate): MetricGate {
  const { latency: _, size: __, ...metrics } = gate;
  return metrics;
}

/** Rates are of a positive class: of many classes the one that is named, against all others. */
function fairnessRows({ class: named }: FairnessSpec, { classes }: Frame, rows: EvaluatedRows): EvaluatedRows {
  const { candidate, label } = rows;
  if (candidate.many === undefined) return rows;
  const { label: is, answers } = oneAgainstOthers(label, candidate, classes?.indexOf(named ?? '') ?? -1);
  return { ...rows, label: is, candidate: answers, champion: null };
}
