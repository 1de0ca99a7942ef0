import { counted, lasting, listed } from '../stats/wording.ts';
import { decideStep, harmfulRule } from './decide-step.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from './state.ts';

/**
 * How a drill ended. `as_planned`: where a new version would be promoted, it was rolled back. `false_alarm`: a rule saw harm in a copy
 * of the champion. `undecided`: the policy could not judge it (deadline, lapses), so that it would have rolled a new version back as
 * well. `interrupted`: something real came first. `no_way_back`: the champion could not be loaded, so that nothing was tried.
 */
export const drillEnds = ['as_planned', 'false_alarm', 'undecided', 'interrupted', 'no_way_back', 'failed'] as const;
export type DrillEnd = (typeof drillEnds)[number];

/** What the rollout of a drill came to, as told to the drill. */
export interface Rehearsed {
  readonly ended: DrillEnd;
  /** The rule of `rollback_when` that saw harm. */
  readonly rule: string | null;
  /** The revision that gave the champion everything again, and when that was decided, ms since 1970; null where somebody else did. */
  readonly back: { readonly revision: number; readonly decidedAt: number } | null;
}

/** One version that could be gone back to, read from the object store and asked. */
export interface WayBack {
  readonly version: number;
  readonly loads: boolean;
  /** A sentence. */
  readonly because: string;
}

/** How long the champion took to answer everything again; times in ms from the decision. */
export interface Recovery {
  /** Until every live gateway had said that it follows the revision; null where one had not when the wait was given up. */
  readonly tookMs: number | null;
  /** How long was waited at most. */
  readonly waitedMs: number;
  /** Gateways that were there, and the addresses of those that were late. */
  readonly gateways: number;
  readonly late: readonly string[];
  /** Until the end of the last window in which the copy answered, a window's length too long at most; null where it answered nobody. */
  readonly lastAnswerMs: number | null;
}

/** A person's promote is none here: there is nothing to promote. */
export function decideDrill(state: RolloutState, evidence: Evidence, policy: RolloutPolicy, command: Command): Decision {
  const { heldBack: _, ...open } = evidence;
  const last = state.stage === 'bake';
  // What comes after the bake is a rollback, which no window of `release.windows` holds back.
  const decision = decideStep(state, last ? open : evidence, policy, command === 'promote' ? null : command);
  return decision.action === 'promote' ? { action: 'rollBack', because: decision.because } : decision;
}

/**
 * What a decision that rolls a drill back says of it.
 * @param because the decision's own sentence @param champion the version that the copy is of
 */
export function judgeDrill(
  state: RolloutState,
  evidence: Evidence,
  policy: RolloutPolicy,
  { because, champion }: { readonly because: string; readonly champion: number | null },
): Pick<Rehearsed, 'ended' | 'rule'> & { readonly because: string } {
  const rule = harmfulRule(state, evidence, policy);
  if (rule !== null) {
    const said = `a false alarm of ${rule}: the copy is v${champion} itself, so that what was seen is chance, or the rule's fault: ${because}`;
    return { ended: 'false_alarm', rule, because: said };
  }
  const { heldBack: _, ...open } = evidence;
  if (decideStep(state, open, policy, null).action === 'promote') {
    const said = `the drill ends here, as planned, where a new version would be promoted: ${because}`;
    return { ended: 'as_planned', rule, because: said };
  }
  return { ended: 'undecided', rule, because: `the policy could not judge v${champion} against its own copy: ${because}` };
}

/** The closing sentence: how it ended, how long the way back took, and whether the ways back load. */
export function drillSentence(because: string, recovery: Recovery | null, waysBack: readonly WayBack[]): string {
  return [because, ...(recovery === null ? [] : [recoverySentence(recovery)]), ...waysBackSentence(waysBack)].join('. ');
}

function recoverySentence({ tookMs, waitedMs, gateways, late, lastAnswerMs }: Recovery): string {
  if (gateways === 0) return 'No gateway was there to see the way back';
  if (tookMs === null)
    return `${counted(late.length, 'gateway')} of ${gateways} did not follow within ${lasting(waitedMs)}: ${listed(late)}`;
  const who = gateways === 1 ? 'the only gateway' : `all ${counted(gateways, 'gateway')}`;
  const last =
    lastAnswerMs === null ? 'the copy answered nobody' : `the last answer of the copy came within ${lasting(lastAnswerMs)}`;
  return `From the decision until ${who} followed it took ${lasting(tookMs)}; ${last}`;
}

function waysBackSentence(ways: readonly WayBack[]): string[] {
  const broken = ways.filter(({ loads }) => !loads);
  const sound = ways.filter(({ loads }) => loads);
  return [
    ...broken.map(({ because }) => `A way back is broken: ${because}`),
    ...(sound.length === 0 ? [] : [listed(sound.map(({ because }) => because))]),
  ];
}

/** Whether all was as it should be. */
export function isSound({ ended, waysBack }: { readonly ended: DrillEnd; readonly waysBack: readonly WayBack[] }): boolean {
  return ended === 'as_planned' && waysBack.every(({ loads }) => loads);
}
