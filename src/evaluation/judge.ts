import type { Frame } from '../data/dataset.ts';
import type { Gate, MetricGate } from '../spec/evaluation-schema.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { Answers } from './answers.ts';
import { checkBehaviour } from './behaviour.ts';
import { checkFairness, type GroupReport } from './fairness.ts';
import type { GateResult } from './gate-result.ts';
import { checkGates } from './gates.ts';
import { checkLimits, type Costs } from './limits.ts';
import { type ReliabilityBin, reliabilityCurve } from './reliability.ts';
import { checkRobustness } from './robustness.ts';
import { checkSlices } from './slices.ts';

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
    ...(await checkSlices(evaluation.slices, frame, rows, confidence)),
    ...(await checkBehaviour(evaluation.behaviour, subject)),
  ];
  const fair = fairness === undefined ? null : await checkFairness(fairness, frame, rows, confidence);
  gates.push(...(fair?.results ?? []));
  if (robustness !== undefined) gates.push(await checkRobustness(robustness, subject));
  return { gates, reliability: reliabilityCurve(frame.label, candidate, confidence), groups: fair?.groups ?? [] };
}

/** Without what is measured of the artifact and not of its answers. */
function metricsOnly(gate: Gate): MetricGate {
  const { latency: _, size: __, ...metrics } = gate;
  return metrics;
}
