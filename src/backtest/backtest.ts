import { recordedAlarms } from '../registry/recorded-releases.ts';
import type { Registry } from '../registry/registry.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { backtestRollouts } from './backtest-rollouts.ts';
import { type AlarmComparison, compareAlarms } from './compare-alarms.ts';
import type { RolloutComparison } from './compare-rollouts.ts';
import { readMonitorRecord } from './monitor-record.ts';
import { replayMonitor } from './replay-monitor.ts';

/** What a policy would have decided on what is recorded of a model, beside what was decided. */
export interface Backtest {
  readonly model: string;
  readonly rollouts: readonly RolloutComparison[];
  readonly alarms: readonly AlarmComparison[];
  /** What the record does not tell, a sentence each. */
  readonly limits: readonly string[];
}

/** Progress is told so often, ms. */
const toldEvery = 200;

/**
 * Decides everything recorded of a model again under the policy of a spec.
 * @param options.since rollouts that began, and alarms that were raised, before it are left out
 * @param options.now ms since 1970: the end of what is not over
 */
export async function backtest(
  records: { readonly registry: Registry; readonly store: ObjectStore },
  spec: ModelSpec,
  options: { readonly since: Date; readonly now: number; readonly onProgress: (line: string) => void },
): Promise<Backtest> {
  const { since, now, onProgress } = options;
  const rollouts = await backtestRollouts(records, spec, since, now, (release, done, all) =>
    onProgress(`rollout of ${release}: ${done + 1} of ${all}`),
  );
  const lost: string[] = [];
  const record = await readMonitorRecord(records, spec, since, now, (version, why) =>
    lost.push(`v${version} cannot be compared with what it was accepted on: ${why}`),
  );
  if (record === null) return { model: spec.model, rollouts, alarms: [], limits: lost };
  let told = 0;
  const replayed = await replayMonitor(record, spec, (at) => {
    if (performance.now() - told < toldEvery) return;
    told = performance.now();
    onProgress(`the monitor at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}`);
  });
  const alarms = compareAlarms(
    await recordedAlarms(records.registry, spec.model, since),
    replayed.filter(({ at }) => at >= since.getTime()),
    spec.monitor.every,
  );
  return { model: spec.model, rollouts, alarms, limits: lost };
}
