import { type DriftMemory, watchDrift } from '../monitoring/drift-memory.ts';
import type { DataFault } from '../monitoring/quality.ts';
import type { Finding } from '../monitoring/state.ts';
import type { VersionRecord } from '../registry/versions.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ChampionReference } from './champion-reference.ts';
import { falseAlarmsOf } from './false-alarms.ts';

/** What the drift detectors say of the champion's answers since the last look. */
interface DriftLook {
  readonly memory: DriftMemory | null;
  readonly drift: Finding | null;
  readonly faults: readonly DataFault[];
}

/**
 * Shows the detectors those of the champion's own answers in the sample that they have not seen. Where more than a sample came since
 * the last look, the older ones are passed over: a rate of false alarms is a rate of rows that were looked at.
 */
export async function driftLook(
  spec: ModelSpec,
  version: VersionRecord,
  input: {
    readonly sample: readonly LoggedPrediction[];
    readonly reference: ChampionReference['drift'];
    readonly before: DriftMemory | null;
    /** How many labels had come before a time, ms since 1970. */
    readonly labelsBefore: (time: number) => Promise<number>;
    readonly at: number;
  },
): Promise<DriftLook> {
  const { sample, reference, at } = input;
  if (reference === null) return { memory: input.before, drift: null, faults: [] };
  const before = input.before?.reference === reference.name ? input.before : null;
  const upTo = before?.upTo ?? 0;
  const rows = sample.filter((row) => row.version === version.version && row.role === 'champion' && row.at > upTo);
  const columns = Object.entries(spec.contract.features).flatMap(([name, { type, log }]) => {
    const values = log === 'keep' ? rows.map(({ row }) => row[name]) : [undefined];
    // Dropped or hashed when it was logged.
    const strange = values.some(
      (value) => value === undefined || (value !== null && (typeof value === 'string') !== (type === 'category')),
    );
    return strange ? [] : [[name, values as (string | number | boolean | null)[]] as const];
  });
  const batch = {
    at: rows.map((row) => row.at),
    columns: Object.fromEntries(columns),
    scores: rows.map(({ score }) => score),
    predictions: rows.map(({ prediction }) => prediction),
  };
  const { memory, drift, faults, since } = watchDrift(before, reference, batch, falseAlarmsOf(spec.monitor).drift, at);
  if (drift === null || since === null) return { memory: { ...memory, labelsAtChange: null }, drift, faults };
  const labelsAtChange = before?.labelsAtChange ?? (await input.labelsBefore(since));
  return { memory: { ...memory, labelsAtChange }, drift: { ...drift, labelsAtChange }, faults };
}
