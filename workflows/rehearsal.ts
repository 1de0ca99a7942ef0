import type { WrittenRevision } from '../activities/traffic.ts';
import { judgeDrill, type Rehearsed } from '../src/rollout/drill.ts';
import type { RolloutState } from '../src/rollout/state.ts';
import type { RolloutCourse, Verdict } from './rollout-step.ts';

/** How the rollout of a drill ends, before it is carried out. */
export interface Rehearsal extends Pick<Rehearsed, 'ended' | 'rule'> {
  /** With the drill's own sentence. */
  readonly verdict: Verdict;
  /** ms since 1970. */
  readonly decidedAt: number;
}

/** What a verdict says of a drill that it ends; null for other rollouts, and while a drill goes on. */
export function rehearsal(
  { input }: RolloutCourse,
  state: RolloutState,
  verdict: Verdict,
  begun: WrittenRevision,
): Rehearsal | null {
  const { decision, evidence } = verdict;
  if (input.drill === undefined || decision.action !== 'rollBack') return null;
  if (evidence === null) return { ended: 'interrupted', rule: null, verdict, decidedAt: Date.now() };
  const { because, ...judged } = judgeDrill(state, evidence, input.policy, {
    because: decision.because,
    champion: input.champion,
  });
  // The guard's clock, at the look that decided.
  return { ...judged, verdict: { ...verdict, decision: { ...decision, because } }, decidedAt: begun.at + evidence.elapsed };
}

/** The same once it is carried out. */
export function rehearsed({ ended, rule, decidedAt }: Omit<Rehearsal, 'verdict'>, { revision }: WrittenRevision): Rehearsed {
  return { ended, rule, back: { revision, decidedAt } };
}
