import type { HeldOutLosses } from '../src/monitoring/loss-baseline.ts';
import type { MonitorMemory } from '../src/monitoring/memory.ts';
import { labelSeqBefore, writeJudgedLabels } from '../src/registry/judged-labels.ts';
import type { ChampionRecord } from '../src/registry/champion.ts';
import { getVersion, type VersionRecord } from '../src/registry/versions.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { judgeLabels } from '../src/watch/judge-labels.ts';
import { beginMemory, labelLook, type LabelsSeen } from '../src/watch/label-look.ts';
import { readPromotion } from '../src/watch/promotion.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Holds the labels that came since the last look against the champion's answers, once each: for the detector on its losses, for the
 * label budgets, and for its promotion, where the version before it scored the same requests.
 * @param before what the last look left; null at the first, which begins with the labels that came under this champion
 */
export async function observeLabels(
  { registry, store }: Pick<Dependencies, 'registry' | 'store'>,
  input: {
    readonly spec: ModelSpec;
    readonly version: VersionRecord;
    readonly leading: ChampionRecord;
    readonly before: MonitorMemory | null;
    readonly heldOut: HeldOutLosses | null;
    readonly at: number;
  },
): Promise<LabelsSeen> {
  const { spec, version, leading, heldOut, at } = input;
  const { model } = spec;
  const afterSeq = input.before?.labelSeq ?? (await labelSeqBefore(registry, model, leading.since));
  const before =
    input.before?.champion === version.version
      ? input.before
      : beginMemory(spec, version.version, afterSeq, await readPromotion(registry, spec, version, leading), at);
  const { judged, seq } = await judgeLabels(model, { registry, store }, afterSeq);
  const formerMae =
    before.truth === null ? null : ((await getVersion(registry, model, before.truth.former)).metrics['mae'] ?? null);
  const { counts, ...seen } = labelLook(spec, version, before, { judged, seq, heldOut, formerMae, at });
  if (counts.labels > 0) await writeJudgedLabels(registry, [{ model, version: version.version, afterSeq, ...counts }]);
  return seen;
}
