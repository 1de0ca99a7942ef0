import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { DecisionRecord } from '../src/registry/decisions.ts';
import type { GuardInput } from '../activities/guard.ts';
import type { RolloutGrant, WrittenRevision } from '../activities/traffic.ts';
import type { Operator } from '../src/messages/operator.ts';
import type { RolloutInput } from '../src/messages/release.ts';
import { decideStep } from '../src/rollout/decide-step.ts';
import { decideDrill } from '../src/rollout/drill.ts';
import type { Command, Decision, Evidence, RolloutState } from '../src/rollout/state.ts';
import { quick, watching } from './activities.ts';
import type { Inbox } from './inbox.ts';
import type { Story } from './visibility.ts';

/** What a rollout carries from step to step. */
export interface RolloutCourse {
  readonly input: RolloutInput;
  readonly grant: RolloutGrant;
  readonly inbox: Inbox;
  readonly story: Story;
  /** Operations so far; names the next one. */
  writes: number;
  first: WrittenRevision | null;
  /** The first one that has given the challenger callers. */
  answering: WrittenRevision | null;
  paused: boolean;
}

export interface Verdict {
  readonly decision: Decision;
  /** Whose word it was, where it was a person's. */
  readonly operator: Operator | null;
  /** What it was decided on; null for a person's rollback, which needs none. */
  readonly evidence: Evidence | null;
}

/** Watches one step, which began with the revision `begun`, until there is something to do other than hold. A person's word interrupts the guard at once. */
export async function judgeStep(
  course: RolloutCourse,
  state: RolloutState,
  revision: WrittenRevision,
  begun: WrittenRevision,
): Promise<Verdict> {
  for (;;) {
    const operator = course.inbox.take();
    if (operator !== null && (operator.action === 'pause' || operator.action === 'resume')) {
      await setPaused(course, operator);
      continue;
    }
    if (operator?.action === 'rollback') {
      const what = course.input.drill === undefined ? 'rolled it back' : 'ended the drill';
      const decision: Decision = { action: 'rollBack', because: `${operator.by} ${what}: ${operator.reason}` };
      return { decision, operator, evidence: null };
    }
    if (operator?.action === 'promote' && course.input.drill !== undefined) {
      const { version, champion } = course.input;
      const because = `Not done: v${version} is a copy of v${champion}, on trial for a drill. There is nothing to promote.`;
      await quick.finishOperation({ requestId: operator.requestId, because });
      continue;
    }
    const standing = { ...state, paused: course.paused };
    const evidence = await watch(course, standing, revision, begun, operator?.action === 'promote' ? 'promote' : null);
    if (evidence === null) {
      if (operator !== null)
        await quick.finishOperation({ requestId: operator.requestId, because: 'Not done: a later word overtook it.' });
      continue;
    }
    const decide = course.input.drill === undefined ? decideStep : decideDrill;
    const decision = decide(standing, evidence, course.input.policy, operator?.action === 'promote' ? 'promote' : null);
    if (decision.action === 'hold') {
      if (operator !== null)
        await quick.finishOperation({ requestId: operator.requestId, because: `Not done: ${decision.because}` });
      continue;
    }
    if (decision.action === 'restart') {
      // A lapse begins the step again whatever was asked; the word waits for it.
      if (operator !== null) course.inbox.putBack([operator]);
      return { decision, operator: null, evidence };
    }
    const said =
      operator === null ? decision : { ...decision, because: `${operator.by}: ${operator.reason}. ${decision.because}` };
    return { decision: said, operator, evidence };
  }
}

async function setPaused(course: RolloutCourse, operator: Operator): Promise<void> {
  course.paused = operator.action === 'pause';
  const because = `${operator.by} ${course.paused ? 'paused' : 'resumed'} the rollout: ${operator.reason}`;
  course.story.tell(because);
  await quick.finishOperation({ requestId: operator.requestId, because });
}

/** What a guard needs to know of the step in force, which began with the revision `begun`. */
export function guardInput(
  { input, grant, first, answering }: RolloutCourse,
  state: RolloutState,
  revision: WrittenRevision,
  begun: WrittenRevision,
  command: Command,
): GuardInput {
  return {
    model: input.model,
    version: input.version,
    champion: input.champion,
    state,
    policy: input.policy,
    epoch: grant.epoch,
    labelSeq: grant.labelSeq,
    revision: revision.revision,
    stepRevision: begun.revision,
    stepStartedAt: begun.at,
    rolloutStartedAt: (first ?? revision).at,
    firstRevision: (first ?? revision).revision,
    ...(answering === null ? {} : { answeringSince: answering.at }),
    command,
    ...(input.drill === undefined ? {} : { drill: input.drill }),
  };
}

/** The guard's evidence; null when it was interrupted by a person's word. */
async function watch(
  course: RolloutCourse,
  state: RolloutState,
  revision: WrittenRevision,
  begun: WrittenRevision,
  command: Command,
): Promise<Evidence | null> {
  const { input } = course;
  const scope = new CancellationScope({ cancellable: true });
  course.inbox.onArrival(() => scope.cancel());
  try {
    const report = await scope.run(() =>
      watching(input.policy.lease).guard.executeWithOptions(
        { summary: `${state.stage}, step ${state.step + 1}: watches v${input.version}` },
        [guardInput(course, state, revision, begun, command)],
      ),
    );
    return report.evidence;
  } catch (failure) {
    if (isCancellation(failure) && !CancellationScope.current().consideredCancelled) return null;
    throw failure;
  } finally {
    course.inbox.onArrival(null);
  }
}

/** A verdict as the history keeps it. Its key counts the writes before it. */
export function decisionRecord(
  { input, writes }: RolloutCourse,
  state: RolloutState,
  { decision, evidence }: Verdict,
): DecisionRecord {
  return {
    key: `${workflowInfo().runId}/${writes}`,
    model: input.model,
    release: input.release,
    workflow: 'rollout',
    stage: state.stage === 'ramp' ? `ramp ${state.step + 1}` : state.stage,
    action: decision.action,
    because: decision.because,
    evidence,
  };
}
