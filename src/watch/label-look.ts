import { budgetTerms } from '../monitoring/budget.ts';
import { beginTruth, type PairedLoss, truthIsOpen, type TruthState, weighTruth } from '../monitoring/late-labels.ts';
import { type HeldOutLosses, lossBaseline } from '../monitoring/loss-baseline.ts';
import { beginLoss, type LossBaseline, type LossState, watchLoss } from '../monitoring/loss.ts';
import type { MonitorMemory } from '../monitoring/memory.ts';
import type { Finding } from '../monitoring/state.ts';
import type { VersionRecord } from '../registry/versions.ts';
import { errorOf, type NumberTerms, plainNumbers, usualError } from '../stats/number-losses.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { championTerms } from './champion-terms.ts';
import { falseAlarmsOf } from './false-alarms.ts';
import type { JudgedPrediction } from './judge-labels.ts';

/** What new labels say. */
export interface LabelsSeen {
  readonly memory: MonitorMemory;
  readonly performance: Finding | null;
  readonly truth: Finding | null;
}

/** The champion's promotion, where another version led before it. */
export interface Promotion {
  /** Which led before, and its MAE at its evaluation, in regression; beside it the error that both are judged by, where that is another. */
  readonly former: {
    readonly version: number;
    readonly mae: number | null;
    readonly terms?: NumberTerms;
    readonly error?: number | null;
  };
  /** ms since 1970. */
  readonly at: number;
  /** What it went by, a part of a sentence; null where nothing was compared. */
  readonly estimate: string | null;
}

/** Of a champion that has not been looked at. `promotion`: null where none is to be reopened. */
export function beginMemory(
  spec: ModelSpec,
  champion: number,
  labelSeq: number,
  promotion: Promotion | null,
  at: number,
): MonitorMemory {
  const open = promotion !== null && at - promotion.at <= spec.monitor.late_labels.for;
  const truth = open
    ? beginTruth({
        promoted: champion,
        former: promotion.former.version,
        promotedAt: promotion.at,
        estimate: promotion.estimate,
        ...(promotion.former.terms === undefined
          ? {}
          : { terms: promotion.former.terms, formerError: promotion.former.error ?? null }),
      })
    : null;
  return { champion, labelSeq, loss: null, truth };
}

/**
 * Holds labels against the champion's answers: for the detector on its losses, for the label budgets, and for its promotion.
 * @param input.judged labels that the memory has not seen, in the order of their arrival @param input.seq the place of the last one
 * @param input.formerMae of the version that led before, in regression
 */
export function labelLook(
  spec: ModelSpec,
  version: VersionRecord,
  before: MonitorMemory,
  input: {
    readonly judged: readonly JudgedPrediction[];
    readonly seq: number;
    readonly heldOut: HeldOutLosses | null;
    readonly formerMae: number | null;
    readonly at: number;
  },
): LabelsSeen & { readonly counts: { readonly labels: number; readonly bad: number } } {
  const { judged, seq, heldOut, at } = input;
  const bound = boundOf(spec);
  const terms = championTerms(spec, version);
  const answered = judged.filter(({ answers }) => (answers.get(version.version)?.role ?? 'shadow') !== 'shadow');
  const lossesBy = (by?: NumberTerms) =>
    answered.flatMap((prediction) => {
      const loss = lossIn(spec.task, prediction, version.version, by);
      return loss === null ? [] : [loss];
    });
  // Budgets are of absolute errors, whatever a version is judged by.
  const own = lossesBy();
  const metric = usualError(terms);
  const baseline = lossBaseline(spec.task, version.metrics, spec.monitor, heldOut, metric);
  const { loss, performance } = watch(before.loss, lossesBy(terms), spec, baseline, at);
  const { truth, finding } = weigh(before.truth, judged, spec, { formerMae: input.formerMae, block: baseline?.block ?? 1 }, at);
  return {
    memory: { champion: version.version, labelSeq: seq, loss, truth },
    performance,
    truth: finding,
    counts: { labels: own.length, bad: own.filter((one) => one > bound).length },
  };
}

function watch(
  before: LossState | null,
  own: readonly number[],
  spec: ModelSpec,
  baseline: LossBaseline | null,
  at: number,
): { loss: LossState | null; performance: Finding | null } {
  const { detector, at_least: least } = spec.monitor.performance;
  if (detector === 'sample' || baseline === null) return { loss: null, performance: null };
  const falseAlarmEvery = falseAlarmsOf(spec.monitor).performance;
  const goesOn = before?.by === detector && (before.metric ?? 'mae') === (baseline.metric ?? 'mae');
  const begun = goesOn ? before : beginLoss(detector, at, baseline.metric);
  const { state, finding } = watchLoss(begun, own, baseline, { falseAlarmEvery, least }, at);
  return { loss: state, performance: finding };
}

function weigh(
  before: TruthState | null,
  judged: readonly JudgedPrediction[],
  spec: ModelSpec,
  { formerMae, block }: { readonly formerMae: number | null; readonly block: number },
  at: number,
): { truth: TruthState | null; finding: Finding | null } {
  const { late_labels: policy } = spec.monitor;
  if (before === null || !truthIsOpen(before, policy, at)) return { truth: null, finding: null };
  const pairs = judged.flatMap((prediction): PairedLoss[] => {
    const [promoted, former] = [before.promoted, before.former].map((version) =>
      lossIn(spec.task, prediction, version, before.terms),
    ) as [number | null, number | null];
    return promoted === null || former === null ? [] : [{ promoted, former }];
  });
  const { state, finding } = weighTruth(before, pairs, { task: spec.task, worseBy: policy.worse_by, formerMae, block });
  return { truth: state, finding };
}

/**
 * 1 for a wrong class and 0 for the right one, or the error; null where the version did not answer, or the label is no number, or of
 * counts none. @param terms by which error; the absolute one without
 */
function lossIn(
  task: ModelSpec['task'],
  { label, answers }: JudgedPrediction,
  version: number,
  terms: NumberTerms = plainNumbers,
): number | null {
  const answer = answers.get(version);
  if (answer === undefined) return null;
  if (task !== 'regression') return answer.prediction === label ? 0 : 1;
  const error = errorOf(Number(label), answer.score, terms);
  return label === '' || Number.isNaN(error) ? null : error;
}

/** The loss above which an answer is bad, as the label budget has it: a wrong class, or an error beyond the stated one. */
function boundOf(spec: ModelSpec): number {
  if (spec.task !== 'regression') return 0;
  const budget = spec.monitor.budgets.find((one) => budgetTerms(one).counted.of === 'labels');
  return budget?.absolute_error?.at_most ?? Infinity;
}
