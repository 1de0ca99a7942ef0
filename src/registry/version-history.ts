import type { DatasetRef } from '../data/dataset.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { latencyQuantile } from '../serving/latency-sketch.ts';
import { getDataset } from './datasets.ts';
import { approvalOf, getDecision } from './decisions.ts';
import type { Registry } from './registry.ts';
import { getRelease, type ReleaseRecord } from './releases.ts';
import { findSpec, type SpecRecord } from './specs.ts';
import { readSearch, type RecordedSearch } from './trials.ts';
import { getTrigger, type TriggerRecord } from './triggers.ts';
import { getVersion, type VersionRecord } from './versions.ts';
import { sumWindows, versionCosts } from './windows.ts';

/** What the registry has on record of how a version came to be. */
export interface VersionHistory {
  readonly record: VersionRecord;
  /** The release that made it; null for an endpoint. Of a copy that a drill made: the drill. */
  readonly release: ReleaseRecord | null;
  /** Why that release ran. */
  readonly trigger: TriggerRecord | null;
  /** The pawl.yaml that the release went by; of an endpoint the one in force. */
  readonly spec: SpecRecord | null;
  readonly dataset: DatasetRef | null;
  /** Of a copy: that of the version whose artifact it is. Null where nothing was evaluated. */
  readonly evaluation: Evaluation | null;
  /** What was tried before it was trained; of a copy: before that version was. Null where nothing was. */
  readonly search: RecordedSearch | null;
  /** Null where nobody approved it. */
  readonly approval: { readonly by: string; readonly because: string } | null;
}

/** @throws FinalError PAWL_VERSION_NOT_FOUND */
export async function readVersionHistory(registry: Registry, model: string, version: number): Promise<VersionHistory> {
  const record = await getVersion(registry, model, version);
  const release = record.release === null ? null : await getRelease(registry, record.release);
  const original = record.copyOf === null ? record : await getVersion(registry, model, record.copyOf);
  const [trigger, spec, dataset, gates, search, approval] = await Promise.all([
    release === null ? null : getTrigger(registry, release.triggerId),
    findSpec(registry, model, release?.specDigest),
    record.datasetDigest === null ? null : getDataset(registry, record.datasetDigest),
    original.release === null ? null : getDecision(registry, `${original.release}/gates`),
    original.release === null ? null : readSearch(registry, original.release),
    original.release === null ? null : approvalOf(registry, original.release),
  ]);
  const evaluation = (gates?.evidence as Evaluation | undefined) ?? null;
  return { record, release, trigger, spec, dataset, evaluation, search, approval };
}

/** What a version did at the gateways, in all windows there are. */
export interface Served {
  readonly requests: number;
  /** ms; null without a request. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Processor time of scoring a row; null where none was scored. */
  readonly cpuMicrosPerRow: number | null;
  /** Of the process that held most; 0 where that is not known. */
  readonly memoryBytes: number;
}

/** Null where no gateway has served it, or the windows are gone. */
export async function readServed(registry: Registry, model: string, version: number): Promise<Served | null> {
  const [sum, costs] = await Promise.all([sumWindows(registry, { model, version }), versionCosts(registry, model)]);
  const cost = costs.find((one) => one.version === version);
  if (sum.requests === 0 && cost === undefined) return null;
  return {
    requests: sum.requests,
    p50: latencyQuantile(sum.latency, 0.5),
    p99: latencyQuantile(sum.latency, 0.99),
    cpuMicrosPerRow: cost?.cpuMicrosPerRow ?? null,
    memoryBytes: cost?.memoryBytes ?? 0,
  };
}
