import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { GuardInput } from '../activities/guard.ts';
import type { WrittenRevision } from '../activities/traffic.ts';
import type { DecisionRecord } from '../src/registry/decisions.ts';
import type { Operator } from '../src/messages/operator.ts';
import type { RolloutInput, RolloutResult } from '../src/messages/release.ts';
import { initialState, nextState, segmentsOf, shareOf } from '../src/rollout/course.ts';
import type { Decision, RolloutState } from '../src/rollout/state.ts';
import { afterwards, quick } from './activities.ts';
import { Inbox } from './inbox.ts';
import { type Rehearsal, rehearsal, rehearsed } from './rehearsal.ts';
import { decisionRecord, guardInput, judgeStep, type RolloutCourse } from './rollout-step.ts';
import { summary } from './summary.ts';
import { label, Story } from './visibility.ts';

/**
 * Shadow, then the ramp by steps, then the bake at 100 %, ending promoted or rolled back. While it is open it alone writes
 * the model's traffic; what it decides on is read by the guard, and decided by `src/rollout`.
 */
export async function rollout(input: RolloutInput): Promise<RolloutResult> {
  const inbox = new Inbox(['promote', 'rollback', 'pause', 'resume']);
  const story = new Story(
    `${input.model} v${input.version} on trial${input.champion === null ? '' : ` against v${input.champion}`}`,
    ['promote', 'rollback', 'pause', 'resume'],
  );
  label({ model: input.model, version: input.version });
  const { model, release, champion, drill } = input;
  const grant = await quick.beginRollout({ model, release, champion, ...(drill === undefined ? {} : { drill }) });
  const course: RolloutCourse = { input, grant, inbox, story, writes: 0, first: null, answering: null, paused: false };
  try {
    return await climb(course);
  } catch (failure) {
    return CancellationScope.nonCancellable(() => giveUp(course, failure));
  }
}

/** Step by step until a decision ends it. */
async function climb(course: RolloutCourse): Promise<RolloutResult> {
  const { input } = course;
  let state = initialState(input.champion !== null);
  let because = `v${input.version} of ${input.release} begins its rollout`;
  let last: DecisionRecord | undefined;
  let begun: WrittenRevision | null = null;
  for (;;) {
    label({ stage: stageName(state, input) });
    course.story.now(`${stageName(state, input)}: ${because}`);
    const revision = await writeStep(course, state, because, last);
    begun ??= revision;
    if (state.stage !== 'shadow') course.answering ??= revision;
    const judged = await judgeStep(course, state, revision, begun);
    const rehearses = rehearsal(course, state, judged, begun);
    const verdict = rehearses?.verdict ?? judged;
    const { decision, operator } = verdict;
    last = decisionRecord(course, state, verdict);
    because = decision.because;
    course.story.tell(`${stageName(state, input)} → **${decision.action}**: ${because}`);
    const next = nextState(state, decision, input.policy);
    if (next === 'promoted') return promote(course, decision, operator, last);
    if (next === 'rolled_back') {
      const result = await withdraw(course, decision, operator, { record: last, rehearses });
      // What pawl decides by itself closes with the verdict; a person's word is carried out before anything is read.
      return verdict.evidence === null ? withVerdict(course, guardInput(course, state, revision, begun, null), result) : result;
    }
    // A share that moves is no new step: time and counts go on.
    if (decision.action !== 'reallocate') begun = null;
    state = next;
  }
}

/** `shadow`, `ramp 25 %`, `bake`. */
function stageName(state: RolloutState, { policy }: RolloutInput): string {
  return state.stage === 'ramp' ? `ramp ${Math.round(shareOf(state, policy).share * 100)} %` : state.stage;
}

const operationId = (course: RolloutCourse) => `${workflowInfo().runId}/${course.writes++}`;

async function writeStep(course: RolloutCourse, state: RolloutState, because: string, decision: DecisionRecord | undefined) {
  const { input, grant } = course;
  const first = input.champion === null;
  const written = await quick.writeTraffic.executeWithOptions({ summary: summary(`${stageName(state, input)}: ${because}`) }, [
    {
      model: input.model,
      ...grant,
      operationId: operationId(course),
      // A model's first version has nobody to share with: it answers everything, and the bake watches it.
      champion: first ? input.version : input.champion,
      challenger: first ? null : input.version,
      ...(first ? { share: 0, shadowShare: 0 } : shareOf(state, input.policy)),
      segments: first ? null : segmentsOf(state, input.policy),
      leaseMs: first ? null : input.policy.lease,
      because,
      decision,
    },
  ]);
  course.first ??= written;
  return written;
}

/** The end of traffic for one side; the last revision of this rollout. */
function lastStep({ input, grant, ...course }: RolloutCourse, decision: Decision, operator: Operator | null) {
  return {
    model: input.model,
    epoch: grant.epoch,
    salt: grant.salt,
    operationId: `${workflowInfo().runId}/${course.writes}/end`,
    champion: input.champion,
    challenger: null,
    share: 0,
    shadowShare: 0,
    leaseMs: null,
    because: decision.because,
    requestId: operator?.requestId,
  };
}

async function promote(
  course: RolloutCourse,
  decision: Decision,
  operator: Operator | null,
  record: DecisionRecord,
): Promise<RolloutResult> {
  const { input } = course;
  await quick.promote.executeWithOptions({ summary: summary(decision.because) }, [
    {
      ...lastStep(course, decision, operator),
      decision: record,
      version: input.version,
      release: input.release,
      by: operator?.by ?? 'pawl',
    },
  ]);
  label({ stage: 'promoted' });
  course.story.now(`promoted: ${decision.because}`);
  return { outcome: 'promoted', because: decision.because };
}

async function withdraw(
  course: RolloutCourse,
  decision: Decision,
  operator: Operator | null,
  { record, rehearses = null }: { record?: DecisionRecord; rehearses?: Omit<Rehearsal, 'verdict'> | null },
): Promise<RolloutResult> {
  const written = await quick.withdraw.executeWithOptions({ summary: summary(decision.because) }, [
    { ...lastStep(course, decision, operator), decision: record },
  ]);
  label({ stage: 'rolled back' });
  course.story.now(`rolled back: ${decision.because}`);
  const { because } = decision;
  return { outcome: 'rolled_back', because, ...(rehearses === null ? {} : { rehearsed: rehearsed(rehearses, written) }) };
}

/** With what the release has shown of what it set out to show, where it says so. */
async function withVerdict(course: RolloutCourse, input: GuardInput, result: RolloutResult): Promise<RolloutResult> {
  const { hypothesis, success } = input.policy;
  if (input.champion === null || input.drill !== undefined || (hypothesis === undefined && success === undefined)) return result;
  if (!patched("verdict of a person's rollback")) return result;
  try {
    const sentence = await afterwards.verdict.executeWithOptions({ summary: 'what the release has shown' }, [input]);
    if (sentence === null) return result;
    course.story.tell(sentence);
    return { ...result, because: `${result.because}. ${sentence}` };
  } catch {
    return result;
  }
}

/** The compensation: whatever went wrong, the champion answers everything again, unless somebody else has taken the traffic over. */
async function giveUp(course: RolloutCourse, failure: unknown): Promise<RolloutResult> {
  const superseded =
    failure instanceof ActivityFailure && failure.cause instanceof ApplicationFailure && failure.cause.type === 'EpochSuperseded';
  const { drill } = course.input;
  const gaveWay = (because: string): RolloutResult => ({
    outcome: 'rolled_back',
    because,
    ...(drill === undefined ? {} : { rehearsed: { ended: 'interrupted', rule: null, back: null } }),
  });
  if (superseded) return gaveWay('A newer epoch took the traffic over while this rollout ran; it gives way.');
  const because = isCancellation(failure)
    ? 'The rollout was cancelled.'
    : `The rollout failed: ${failure instanceof Error ? (failure.cause instanceof Error ? failure.cause.message : failure.message) : String(failure)}`;
  try {
    const ended = isCancellation(failure) ? 'interrupted' : 'failed';
    const rehearses = drill === undefined ? null : ({ ended, rule: null, decidedAt: Date.now() } as const);
    return await withdraw(course, { action: 'rollBack', because }, null, { rehearses });
  } catch {
    return gaveWay(`${because} A newer epoch has the traffic.`);
  }
}
