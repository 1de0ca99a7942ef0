import { type ErrorRow, errorWindows, sharesSince } from '../registry/error-windows.ts';
import { labelSeqBefore } from '../registry/judged-labels.ts';
import type { RecordedRollout } from '../registry/recorded-rollouts.ts';
import type { Registry } from '../registry/registry.ts';
import { type WindowStretch, windowSeries } from '../registry/window-series.ts';
import { asksErrorSegments } from '../rollout/step-evidence.ts';
import type { RolloutPolicy } from '../rollout/state.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { LabelWalk } from './label-walk.ts';
import { LogWalk } from './log-walk.ts';

/** What is read of a logged prediction: those columns that a guard reads. */
type PairedColumn = 'id' | 'version' | 'revision' | 'role' | 'score' | 'prediction';
const columns: readonly PairedColumn[] = ['id', 'version', 'revision', 'role', 'score', 'prediction'];

/** Everything that a rollout's guards saw. */
export interface RolloutRecord {
  readonly rollout: RecordedRollout;
  /** ms since 1970: the first revision, and the end of the rollout, or now. */
  readonly from: number;
  readonly to: number;
  /** ms between two looks. */
  readonly lookEvery: number;
  /** In stretches as long as that, in the order of their ends. */
  readonly windows: readonly WindowStretch[];
  /** In the order in which they were seen; empty where the policy has no rule that asks for them. */
  readonly errors: readonly ErrorRow[];
  /** Fraction of the callers that each revision gave to the challenger. */
  readonly shares: ReadonlyMap<number, number>;
  readonly log: Pick<LogWalk<PairedColumn>, 'upTo'>;
  readonly labels: Pick<LabelWalk, 'upTo'>;
}

/** What the champion did for callers who take no part is left out. */
const roles = ['champion', 'challenger', 'shadow'] as const;
/** Looks are a second apart, as a guard's are, and further where that would be more than these. */
const mostLooks = 3600;
const second = 1000;

/** Reads what a policy needs of it. @param now ms since 1970 */
export async function readRollout(
  { registry, store }: { readonly registry: Registry; readonly store: ObjectStore },
  model: string,
  rollout: RecordedRollout,
  policy: RolloutPolicy,
  now: number,
): Promise<RolloutRecord> {
  const { version, champion, steps, endedAt } = rollout;
  const [from, to] = [steps[0].at, endedAt ?? now];
  const lookEvery = second * Math.max(1, Math.ceil((to - from) / mostLooks / second));
  const sinceRevision = steps[0].revision;
  const versions = champion === null ? [version] : [version, champion];
  const withLatency = policy.rollback_when.some(({ latency }) => latency !== undefined);
  const asksErrors = champion !== null && asksErrorSegments(policy);
  const within = { since: new Date(from), until: new Date(to) };
  const errors = asksErrors
    ? await errorWindows(registry, { model, champion, challenger: version, sinceRevision, ...within })
    : [];
  return {
    rollout,
    from,
    to,
    lookEvery,
    windows: await windowSeries(registry, { model, versions, roles, sinceRevision, from, to, length: lookEvery, withLatency }),
    errors: errors.filter(({ seenAt }) => seenAt <= to).toSorted((a, b) => a.seenAt - b.seenAt),
    shares: asksErrors ? await sharesSince(registry, model, sinceRevision) : new Map(),
    log: await LogWalk.open(store, model, from, to, columns),
    labels: new LabelWalk(registry, model, await labelSeqBefore(registry, model, new Date(from))),
  };
}
