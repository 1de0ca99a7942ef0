import type { TriggerKind } from './state.ts';

/** A person's word weighs most, then what was measured, then the calendar. */
const weight: Record<TriggerKind, number> = { person: 2, drift: 1, performance: 1, budget: 1, schedule: 0 };

interface Waiting {
  readonly kind: TriggerKind;
  readonly because: string;
}

/** At most one trigger waits. The weightier one stays; of equals the first, so that a storm of triggers is one retrain. */
export function enqueueTrigger<T extends Waiting>(pending: T | null, next: T): { pending: T; because: string } {
  if (pending === null) return { pending: next, because: `a retrain is due (${next.kind}): ${next.because}` };
  if (weight[next.kind] > weight[pending.kind])
    return { pending: next, because: `a retrain is due (${next.kind}): ${next.because}; it takes the place of ${pending.kind}` };
  return { pending, because: `a retrain is due already (${pending.kind}); ${next.kind} adds nothing: ${next.because}` };
}

/** What a trigger may have to wait for. Times in ms since 1970. */
export interface StartConditions {
  /** A release is running. */
  readonly running: boolean;
  readonly paused: boolean;
  readonly lastReleaseEndedAt: number | null;
  readonly cooldown: number;
  readonly now: number;
}

/** One release at a time. A person waits for nothing else; every other trigger for a pause's and the cooldown's end. */
export function mayStart(
  pending: Waiting | null,
  { running, paused, lastReleaseEndedAt, cooldown, now }: StartConditions,
): boolean {
  if (pending === null || running) return false;
  if (pending.kind === 'person') return true;
  return !paused && (lastReleaseEndedAt === null || now - lastReleaseEndedAt >= cooldown);
}
