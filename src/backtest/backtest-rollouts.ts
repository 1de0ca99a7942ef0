import { recordedRollouts } from '../registry/recorded-rollouts.ts';
import type { Registry } from '../registry/registry.ts';
import { policyOf } from '../rollout/state.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { differenceOf, recordedEnd, type RolloutComparison } from './compare-rollouts.ts';
import { policyOnRecord, replayRollout } from './replay-rollout.ts';
import { RolloutEvidence } from './rollout-evidence.ts';
import { readRollout } from './rollout-record.ts';

/**
 * Every rollout of a model that began at a time or later, decided again under the policy of a spec.
 * @param now ms since 1970: where a rollout that still runs ends for this
 * @param onRollout called before each, with how many there are
 */
export async function backtestRollouts(
  records: { readonly registry: Registry; readonly store: ObjectStore },
  spec: ModelSpec,
  since: Date,
  now: number,
  onRollout: (release: string, done: number, all: number) => void,
): Promise<RolloutComparison[]> {
  const rollouts = await recordedRollouts(records.registry, spec.model, since);
  const comparisons: RolloutComparison[] = [];
  for (const rollout of rollouts) {
    onRollout(rollout.release, comparisons.length, rollouts.length);
    const policy = policyOnRecord(policyOf(spec.release), rollout);
    const record = await readRollout(records, spec.model, rollout, policy, now);
    const evidence = new RolloutEvidence(record, policy, spec);
    const { decisions, ...replayed } = await replayRollout(record, evidence, policy);
    const recorded = recordedEnd(rollout, now, (at) => evidence.exposed(at));
    const { release, version, champion } = rollout;
    const differs = differenceOf(recorded, replayed, record.lookEvery);
    comparisons.push({
      release,
      version,
      champion,
      begunAt: record.from,
      lookEvery: record.lookEvery,
      recorded,
      replayed,
      decisions,
      differs,
    });
  }
  return comparisons;
}
