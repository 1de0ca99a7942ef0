import { initialState, nextState } from '../rollout/course.ts';
import { decideStep, harmfulRule } from '../rollout/decide-step.ts';
import type { Decision, Evidence, RolloutPolicy, RolloutState } from '../rollout/state.ts';
import { shortestStay, stepName } from '../rollout/step-terms.ts';
import type { Milliseconds } from '../spec/quantities.ts';
import type { Random } from '../training/random.ts';
import { longestCourse } from './course-times.ts';
import type { RolloutWorld } from './rollout-world.ts';
import { SimulatedEvidence } from './simulated-evidence.ts';
import { hoursOfDay } from './traffic-profile.ts';

/** How a simulated rollout ended. */
export interface RolloutEnd {
  /**
   * `rolledBack`: a rule saw harm. `undecided`: by the deadline nothing had been shown either way, and it was not promoted, or it went on
   * for longer than all steps together may.
   */
  readonly outcome: 'rolledBack' | 'promoted' | 'undecided';
  /** Since it began. */
  readonly after: Milliseconds;
  /** `the shadow`, `25 %`, `the bake`. */
  readonly stage: string;
  /** The one of `rollback_when` that saw harm; null where none did. */
  readonly rule: string | null;
  /** Requests that the challenger answered by then, and callers who made them. */
  readonly requests: number;
  readonly callers: number;
  readonly because: string;
}

const [second, hour] = [1000, 3_600_000];
/** A step is looked at so many times in its first hour, and as often in each e-fold of its time beyond. */
const looksAStep = 30;
/** Monday, 5 January 2026, 00:00 UTC: rollouts begin within a week from then. */
const monday = Date.UTC(2026, 0, 5);
const week = 7 * hoursOfDay * hour;
/** How much longer a rollout may take where windows hold it back. */
const windowsAtMost = 2 * week;

/** Runs one rollout from its shadow to its end, on simulated time, by the decisions of `src/rollout`. */
export function simulateRollout(world: RolloutWorld, random: Random): RolloutEnd {
  const { policy } = world;
  const begun = monday + random.next() * week;
  const traffic = new SimulatedEvidence(world, random);
  const longest = longestCourse(policy) + (policy.windows === undefined ? 0 : windowsAtMost);
  let state = initialState(true);
  let [now, stepBegan] = [0, 0];
  let answeringSince: Milliseconds | null = null;
  const lookAt = (at: Milliseconds): Evidence => {
    const answering = answeringSince === null ? {} : { answeringFor: at - answeringSince };
    return { ...traffic.look(at - stepBegan), ...answering };
  };
  for (;;) {
    const length = timeToLook(state, now - stepBegan, policy);
    // What error rules look back on ends with the look, so it is drawn apart from what came before.
    for (const part of partsOf(length, world)) {
      const burst = traffic.pass(state, now + part, part, rateAt(world, begun + now + part / 2));
      now += part;
      if (burst === null) continue;
      const { at, ...recent } = burst;
      const seen = { ...lookAt(at), ...recent };
      const decided = decideStep(state, seen, policy, null);
      const rule = decided.action === 'rollBack' ? harmfulRule(state, seen, policy) : null;
      if (rule !== null) return end(state, at, 'rolledBack', decided, traffic, policy, rule);
    }
    const evidence = lookAt(now);
    const decision = decideAt(state, evidence, world, begun + now);
    if (decision.action === 'hold') {
      if (now >= longest) return end(state, now, 'undecided', decision, traffic, policy);
      continue;
    }
    const next = nextState(state, decision, policy);
    if (next === 'promoted') return end(state, now, 'promoted', decision, traffic, policy);
    if (next === 'rolled_back') {
      const rule = harmfulRule(state, evidence, policy);
      return end(state, now, rule === null ? 'undecided' : 'rolledBack', decision, traffic, policy, rule);
    }
    state = next;
    if (decision.action === 'reallocate') continue;
    if (state.stage !== 'shadow') answeringSince ??= now;
    traffic.beginStep();
    stepBegan = now;
  }
}

function partsOf(length: Milliseconds, { errorWindow, calmWindow }: RolloutWorld): Milliseconds[] {
  if ((errorWindow ?? Infinity) >= length && (calmWindow ?? Infinity) >= length) return [length];
  const lookedBack = [errorWindow, calmWindow].filter((window) => window !== null && window < length).map(Number);
  const stops = [length, ...lookedBack.toSorted((a, b) => b - a), 0];
  return stops.slice(1).map((stop, i) => (stops[i] ?? 0) - stop);
}

/** Windows only hold back what would go on, so the clock is asked then alone. */
function decideAt(state: RolloutState, evidence: Evidence, world: RolloutWorld, at: Milliseconds): Decision {
  const decision = decideStep(state, evidence, world.policy, null);
  if (decision.action !== 'advance' && decision.action !== 'promote') return decision;
  const heldBack = world.heldBack(at);
  return heldBack === null ? decision : decideStep(state, { ...evidence, heldBack }, world.policy, null);
}

/** The time between two looks: at least a second; beyond an hour it grows with the step's own. */
export function timeToLook(state: RolloutState, elapsed: Milliseconds, policy: RolloutPolicy): Milliseconds {
  return Math.max(second, Math.min(shortestStay(state, policy), hour) / looksAStep, elapsed / looksAStep);
}

function rateAt({ profile }: RolloutWorld, at: Milliseconds): number {
  return profile.requestsPerSecond[Math.floor(at / hour) % hoursOfDay] ?? 0;
}

function end(
  state: RolloutState,
  after: Milliseconds,
  outcome: RolloutEnd['outcome'],
  { because }: Decision,
  traffic: SimulatedEvidence,
  policy: RolloutPolicy,
  rule: string | null = null,
): RolloutEnd {
  return { outcome, after, stage: stepName(state, policy), rule, ...traffic.exposed(), because };
}
