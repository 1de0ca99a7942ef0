import { localTime } from '../local-time.ts';
import type { RecordedRollout, RecordedStep, RecordedWord } from '../registry/recorded-rollouts.ts';
import { initialState, nextState } from '../rollout/course.ts';
import { decideStep } from '../rollout/decide-step.ts';
import { stepName } from '../rollout/step-terms.ts';
import { heldBack } from '../rollout/release-windows.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from '../rollout/state.ts';
import type { RolloutEvidence } from './rollout-evidence.ts';
import type { RolloutRecord } from './rollout-record.ts';

/** A decision of a rollout, other than to hold. */
export interface RolloutDecision {
  /** ms since 1970 */
  readonly at: number;
  /** `shadow`, `ramp 1`, `bake`: where the rollout was. */
  readonly stage: string;
  readonly action: Decision['action'];
  readonly because: string;
}

/** How a rollout goes under a policy, as far as the record tells. */
export interface ReplayedRollout {
  readonly outcome: 'promoted' | 'rolled_back' | 'undecided';
  /** When and where it ended, and why; where it is undecided, the end of the record and what it waits for there. */
  readonly at: number;
  /** `the shadow`, `25 %`, `the bake` */
  readonly where: string;
  readonly because: string;
  /** All but those that hold, the last one too. */
  readonly decisions: readonly RolloutDecision[];
  /** Requests of callers that the challenger had answered by then. */
  readonly exposed: number;
}

/** Looks, at most, by which the replay of a decision may be off: a guard's are at other moments. */
const looksOff = 2;
/** And ms: what gateways count and log comes some seconds later, by their settings. */
const leastOff = 5000;

/** Two moments are the same as far as the record can tell. */
export function isSameMoment(a: number, b: number, lookEvery: number): boolean {
  return Math.abs(a - b) <= Math.max(leastOff, looksOff * lookEvery);
}

/** The policy with what cannot be made otherwise afterwards: who took part, and what was scored beside. */
export function policyOnRecord(policy: RolloutPolicy, { steps: [first] }: RecordedRollout): RolloutPolicy {
  const { segments: _, ...rest } = policy;
  return {
    ...rest,
    ...(first.segments === null ? {} : { segments: [...first.segments] }),
    shadow: { ...policy.shadow, share: first.shadowShare },
  };
}

/**
 * Walks through a recorded rollout look by look and lets the policy decide with the evidence as of then, by the functions that decide
 * real ones. Where it takes the step that was taken then, within two looks, the step begins with the recorded revision; else it
 * begins where the policy decided. Shares are the recorded ones throughout. People's words hold under any policy.
 */
export async function replayRollout(
  record: RolloutRecord,
  evidence: RolloutEvidence,
  policy: RolloutPolicy,
): Promise<ReplayedRollout> {
  const { rollout, from, to, lookEvery } = record;
  const decisions: RolloutDecision[] = [];
  let state = initialState(rollout.champion !== null);
  let told = 'nothing was looked at';
  let answeringSince: number | null = null;
  const words = [...rollout.words];
  const lapses = rollout.steps.flatMap(({ ended }) => (ended?.lapsed === true ? [ended.at] : []));
  const end = (outcome: ReplayedRollout['outcome'], at: number, because: string): ReplayedRollout => ({
    outcome,
    at,
    where: stepName(state, policy),
    because,
    decisions,
    exposed: evidence.exposed(at),
  });

  for (let now = from + lookEvery; now <= to + lookEvery; now += lookEvery) {
    const at = Math.min(now, to);
    const { paused, command, rolledBack } = said(words, at, state.paused);
    state = { ...state, paused };
    if (rolledBack !== null) {
      const because = `${rolledBack.by} rolled it back: ${rolledBack.reason}`;
      decisions.push({ at: rolledBack.at, stage: stageOf(state), action: 'rollBack', because });
      return end('rolled_back', rolledBack.at, because);
    }
    const seen = await evidence.at(at);
    const answering = answeringSince === null ? {} : { answeringFor: at - answeringSince };
    const decision = decideStep(state, { ...seen, ...answering, ...ofThen(policy, at, lapses) }, policy, command);
    told = decision.because;
    if (decision.action !== 'hold') {
      decisions.push({ at, stage: stageOf(state), action: decision.action, because: decision.because });
      const next = nextState(state, decision, policy);
      if (typeof next === 'string') return end(next, at, decision.because);
      if (decision.action !== 'reallocate') {
        const recorded = recordedStep(rollout, stageOf(state), decision, at, lookEvery);
        const begun = recorded ?? { at, revision: null };
        evidence.begin({ at: begun.at, revision: begun.revision });
        if (next.stage !== 'shadow') answeringSince ??= begun.at;
        now = Math.max(now, begun.at);
      }
      state = next;
    }
    if (at === to) break;
  }
  return end('undecided', to, told);
}

/** What people had said by a moment, which is taken from `words`. Of several words the last one counts, but for a rollback. */
function said(words: RecordedWord[], at: number, pausedBefore: boolean) {
  let paused = pausedBefore;
  let command: Command = null;
  while (words[0] !== undefined && words[0].at <= at) {
    const word = words.shift();
    if (word?.action === 'rollback') return { paused, command, rolledBack: word };
    if (word?.action === 'promote') command = 'promote';
    if (word?.action === 'pause' || word?.action === 'resume') paused = word.action === 'pause';
  }
  return { paused, command, rolledBack: null };
}

/** What the guard adds to the counts: a lapse of the lease, which is taken from `lapses`, and an open window. */
function ofThen(policy: RolloutPolicy, at: number, lapses: number[]): Pick<Evidence, 'lapsed' | 'heldBack'> {
  const lapsed = lapses[0] !== undefined && lapses[0] <= at;
  if (lapsed) lapses.shift();
  const { windows } = policy;
  const held = windows === undefined ? null : heldBack(windows, localTime(at, windows.time_zone));
  return { lapsed, ...(held === null ? {} : { heldBack: held }) };
}

/** The recorded step that followed the same decision at about the same moment; null where none did. */
function recordedStep(
  { steps }: RecordedRollout,
  stage: string,
  { action }: Decision,
  at: number,
  lookEvery: number,
): RecordedStep | null {
  const before = steps.findIndex(
    ({ ended }) => ended?.stage === stage && ended.action === action && isSameMoment(ended.at, at, lookEvery),
  );
  return before < 0 ? null : (steps[before + 1] ?? null);
}

/** As decisions are recorded: see `decisionRecord` in workflows/rollout-step.ts. */
function stageOf({ stage, step }: RolloutState): string {
  return stage === 'ramp' ? `ramp ${step + 1}` : stage;
}
