import type { Evaluation } from './evaluate.ts';
import { budgetTerms } from '../src/monitoring/budget.ts';
import {
  beginTruth,
  estimateSentence,
  type PairedLoss,
  truthIsOpen,
  type TruthState,
  weighTruth,
} from '../src/monitoring/late-labels.ts';
import { type HeldOutLosses, lossBaseline } from '../src/monitoring/loss-baseline.ts';
import { beginLoss, type LossBaseline, type LossState, watchLoss } from '../src/monitoring/loss.ts';
import type { MonitorMemory } from '../src/monitoring/memory.ts';
import type { Finding } from '../src/monitoring/state.ts';
import { type ChampionRecord, championHistory } from '../src/registry/champion.ts';
import { getDecision } from '../src/registry/decisions.ts';
import { labelSeqBefore, writeJudgedLabels } from '../src/registry/judged-labels.ts';
import { getVersion, type VersionRecord } from '../src/registry/versions.ts';
import { parseDuration } from '../src/spec/quantities.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { Dependencies } from './dependencies.ts';
import { type JudgedPrediction, judgeLabels } from './judge-labels.ts';

/** What new labels say. */
export interface LabelsSeen {
  readonly memory: MonitorMemory;
  readonly performance: Finding | null;
  readonly truth: Finding | null;
}

/**
 * Holds the labels that came since the last look against the champion's answers, once each: for the detector on its losses, for the
 * label budgets, and for its promotion, where the version before it scored the same requests.
 * @param before what the last look left; null at the first, which begins with the labels that came under this champion
 */
export async function observeLabels(
  { registry, store }: Pick<Dependencies, 'registry' | 'store'>,
  input: {
    readonly spec: ModelSpec;
    readonly version: VersionRecord;
    readonly leading: ChampionRecord;
    readonly before: MonitorMemory | null;
    readonly heldOut: HeldOutLosses | null;
    readonly at: number;
  },
): Promise<LabelsSeen> {
  const { spec, version, leading, at } = input;
  const { model } = spec;
  const afterSeq = input.before?.labelSeq ?? (await labelSeqBefore(registry, model, leading.since));
  const before =
    input.before?.champion === version.version
      ? input.before
      : await begin({ registry, store }, spec, version, leading, at, afterSeq);
  const { judged, seq } = await judgeLabels(model, { registry, store }, afterSeq);

  const bound = boundOf(spec);
  const lossOf = (prediction: JudgedPrediction, of: number) => lossIn(spec.task, prediction, of);
  const own = judged.flatMap((prediction) => {
    const answer = prediction.answers.get(version.version);
    const loss = answer === undefined || answer.role === 'shadow' ? null : lossOf(prediction, version.version);
    return loss === null ? [] : [loss];
  });
  if (own.length > 0) {
    const bad = own.filter((loss) => loss > bound).length;
    await writeJudgedLabels(registry, [{ model, version: version.version, afterSeq, labels: own.length, bad }]);
  }

  const baseline = lossBaseline(spec.task, version.metrics, spec.monitor, input.heldOut);
  const { loss, performance } = watch(before.loss, own, spec, baseline, at);
  const { truth, finding } = await weigh(registry, before.truth, judged, spec, baseline?.block ?? 1, at);
  return { memory: { champion: version.version, labelSeq: seq, loss, truth }, performance, truth: finding };
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
  const falseAlarmEvery = parseDuration(spec.monitor.drift.false_alarms.slice('1 in '.length)) ?? Infinity;
  const begun = before?.by === detector ? before : beginLoss(detector, at);
  const { state, finding } = watchLoss(begun, own, baseline, { falseAlarmEvery, least }, at);
  return { loss: state, performance: finding };
}

async function weigh(
  registry: Dependencies['registry'],
  before: TruthState | null,
  judged: readonly JudgedPrediction[],
  spec: ModelSpec,
  block: number,
  at: number,
): Promise<{ truth: TruthState | null; finding: Finding | null }> {
  const { late_labels: policy } = spec.monitor;
  if (before === null || !truthIsOpen(before, policy, at)) return { truth: null, finding: null };
  const pairs = judged.flatMap((prediction): PairedLoss[] => {
    const [promoted, former] = [lossIn(spec.task, prediction, before.promoted), lossIn(spec.task, prediction, before.former)];
    return promoted === null || former === null ? [] : [{ promoted, former }];
  });
  const { metrics } = await getVersion(registry, spec.model, before.former);
  const terms = { task: spec.task, worseBy: policy.worse_by, formerMae: metrics['mae'] ?? null, block };
  const { state, finding } = weighTruth(before, pairs, terms);
  return { truth: state, finding };
}

/** Of a champion that has not been looked at. Its promotion is open where it came by a release and another version led before. */
async function begin(
  { registry }: Pick<Dependencies, 'registry' | 'store'>,
  spec: ModelSpec,
  version: VersionRecord,
  leading: ChampionRecord,
  at: number,
  labelSeq: number,
): Promise<MonitorMemory> {
  const fresh = { champion: version.version, labelSeq, loss: null };
  const former = (await championHistory(registry, spec.model)).at(-2);
  const promotedAt = leading.since.getTime();
  const reopens = leading.release !== null && leading.release === version.release && former !== undefined;
  if (!reopens || at - promotedAt > spec.monitor.late_labels.for) return { ...fresh, truth: null };
  const evaluation = (await getDecision(registry, `${leading.release}/gates`))?.evidence as Evaluation | undefined;
  const metric = spec.task === 'regression' ? 'mae' : 'accuracy';
  const [own, other] = [evaluation?.metrics[metric], evaluation?.championMetrics?.[metric]];
  const estimate =
    evaluation === undefined || own === undefined || other === undefined
      ? null
      : estimateSentence(metric, own, other, former.version, evaluation.rows);
  return { ...fresh, truth: beginTruth({ promoted: version.version, former: former.version, promotedAt, estimate }) };
}

/** 1 for a wrong class and 0 for the right one, or the absolute error; null where the version did not answer, or the label is no number. */
function lossIn(task: ModelSpec['task'], { label, answers }: JudgedPrediction, version: number): number | null {
  const answer = answers.get(version);
  if (answer === undefined) return null;
  if (task !== 'regression') return answer.prediction === label ? 0 : 1;
  const error = Math.abs(answer.score - Number(label));
  return label === '' || Number.isNaN(error) ? null : error;
}

/** The loss above which an answer is bad, as the label budget has it: a wrong class, or an error beyond the stated one. */
function boundOf(spec: ModelSpec): number {
  if (spec.task !== 'regression') return 0;
  const budget = spec.monitor.budgets.find((one) => budgetTerms(one).counted.of === 'labels');
  return budget?.absolute_error?.at_most ?? Infinity;
}
