import {
  beginDrift,
  type ColumnEvidence,
  type DriftBatch,
  driftEvidence,
  type DriftState,
  observeDrift,
} from './drift-detector.ts';
import { driftFindings } from './drift-finding.ts';
import type { DriftReference } from './drift-reference.ts';
import type { DataFault } from './quality.ts';
import type { Finding } from './state.ts';

/** What the drift detectors carry from tick to tick. Plain JSON. */
export interface DriftMemory {
  /** What tells one reference from another: with another one they begin anew. */
  readonly reference: string;
  readonly state: DriftState;
  /** When they began, and when the newest prediction that they have seen was made, ms since 1970. */
  readonly begun: number;
  readonly upTo: number;
  /** Labels there were when the change began that stands out now; null where none does. */
  readonly labelsAtChange: number | null;
}

const day = 86_400_000;

/**
 * The memory after the predictions that came since, and what stands out.
 * @param before null at the first look, and after another reference
 * @param batch predictions behind `before.upTo`, in their order
 * @param falseAlarmEvery ms between false alarms, on average, for the whole model
 * @param at ms since 1970
 */
export function watchDrift(
  before: DriftMemory | null,
  { name, reference }: { readonly name: string; readonly reference: DriftReference },
  batch: DriftBatch,
  falseAlarmEvery: number,
  at: number,
): { memory: DriftMemory; drift: Finding | null; faults: readonly DataFault[]; since: number | null } {
  const begun =
    before?.reference === name
      ? before
      : { reference: name, state: beginDrift(reference), begun: at, upTo: 0, labelsAtChange: null };
  const falseAlarmRows = rowsBetweenAlarms(begun, begun.state.rows + batch.at.length, falseAlarmEvery, at);
  const { state, alarms } = observeDrift(reference, begun.state, batch, { falseAlarmRows });
  const watched = reference.columns.filter(({ of }) => of === 'feature').length;
  const upTo = batch.at.length === 0 ? begun.upTo : Math.max(begun.upTo, batch.at[batch.at.length - 1] ?? 0);
  return { memory: { ...begun, state, upTo }, ...driftFindings(alarms, watched) };
}

/** How near each column is to an alarm, as of a memory of this reference. */
export function evidenceIn(
  memory: DriftMemory,
  reference: DriftReference,
  falseAlarmEvery: number,
  at: number,
): ColumnEvidence[] {
  const falseAlarmRows = rowsBetweenAlarms(memory, memory.state.rows, falseAlarmEvery, at);
  return driftEvidence(reference, memory.state, { falseAlarmRows });
}

/** Rows are never taken to come faster than in a day of them: the first ones of a model may come all at once. */
function rowsBetweenAlarms({ begun }: Pick<DriftMemory, 'begun'>, rows: number, falseAlarmEvery: number, at: number): number {
  return Math.max(1, (rows / Math.max(day, at - begun)) * falseAlarmEvery);
}
