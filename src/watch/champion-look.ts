import type { MonitorMemory } from '../monitoring/memory.ts';
import type { BudgetReading, Observation } from '../monitoring/state.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ChampionReference } from './champion-reference.ts';
import { championTerms } from './champion-terms.ts';
import { driftLook } from './drift-look.ts';
import type { LabelsSeen } from './label-look.ts';
import { type AcceptedRows, classicLook, estimateOf, liveMetrics, qualityOf, shiftsOf } from './sample-look.ts';

/** What a look at a champion is given: read from the registry and the prediction log, as they are now or as they were once. */
export interface ChampionRecords {
  /** The newest answers to callers, oldest first, `predictionsWanted` of them where there are so many. */
  readonly predictions: readonly LoggedPrediction[];
  /** The labels of predictions that have come, by id. */
  readonly labelsOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** How many labels had come before a time, ms since 1970. */
  readonly labelsBefore: (time: number) => Promise<number>;
  /** Null where nothing is known of what it was accepted on, or nobody asks: then there are no shifts and no classic limits. */
  readonly accepted: AcceptedRows | null;
  readonly reference: ChampionReference;
  /** What the labels say that have come since the last look. */
  readonly seen: LabelsSeen;
  readonly budgets: readonly BudgetReading[];
}

/** So many predictions are needed: for the sample, and for a label metric of which half have no label yet. */
export function predictionsWanted({ monitor }: ModelSpec): number {
  return Math.max(monitor.sample, 2 * monitor.performance.at_least);
}

/** What the champion's newest predictions and labels show. @param memory what the last look left @param at ms since 1970 */
export async function championLook(
  spec: ModelSpec,
  version: VersionRecord,
  records: ChampionRecords,
  memory: MonitorMemory | null,
  at: number,
): Promise<Omit<Observation, 'at' | 'champion' | 'labels' | 'running' | 'lastRelease'>> {
  const { predictions, reference, accepted, seen } = records;
  const sample = predictions.slice(-spec.monitor.sample);
  const before = memory?.champion === version.version ? memory : null;
  const watched =
    spec.monitor.preset === undefined && spec.monitor.drift.by === 'detector'
      ? await driftLook(spec, version, {
          sample,
          reference: reference.drift,
          before: before?.drift ?? null,
          labelsBefore: records.labelsBefore,
          at,
        })
      : null;
  const live = await liveMetrics(spec, version.version, predictions, records.labelsOf, championTerms(spec, version));
  const observed = {
    sampled: sample.length,
    newest: sample.at(-1)?.id ?? null,
    shifts: accepted === null ? [] : await shiftsOf(spec, sample, accepted),
    live: live.metrics,
    baseline: version.metrics,
    quality: qualityOf(spec, sample, watched?.faults ?? []),
    ...(watched === null ? {} : { drift: watched.drift }),
    ...(await estimateOf(spec, version, predictions, reference)),
    budgets: records.budgets,
    ...seen,
    memory: { ...seen.memory, ...(watched?.memory ? { drift: watched.memory } : {}) },
  };
  if (spec.monitor.preset !== 'classic') return observed;
  const classic = await classicLook(spec, version, { sample, accepted, live, before: before?.classic ?? null });
  const { drift, performance } = classic;
  return {
    ...observed,
    drift,
    performance,
    memory: { ...seen.memory, ...(classic.memory === null ? {} : { classic: classic.memory }) },
  };
}
