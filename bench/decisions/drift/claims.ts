import type { DriftAlarm } from '../../../src/monitoring/drift-detector.ts';
import { binOf, distributionFunctions } from '../../../src/monitoring/drift-functions.ts';
import type { DriftReference } from '../../../src/monitoring/drift-reference.ts';
import type { PartTable } from '../part.ts';
import { championOf } from './champion.ts';
import type { RealStream } from './real-data.ts';
import { type Champion, type Columns, firstAlarm, referenceOf } from './watch.ts';

/** How a stream is watched, in rows. */
export interface Watching {
  /** What a champion is accepted on. */
  readonly accepted: number;
  /** From an alarm to the release that answers it: earlier there is little to learn from (the electricity example's README). */
  readonly answered: number;
  /** Rows after an alarm that its claim is checked against: the detector has seen none of them. */
  readonly later: number;
  readonly falseAlarmRows: number;
  readonly every: number;
}

export interface Claim {
  readonly row: number;
  readonly alarm: DriftAlarm;
  /** How far later rows lie on the side that is claimed, in standard errors; a claim of values that went missing has none. */
  readonly errors: number;
}

/** Standard errors on the claimed side from which a claim holds. */
const enough = 2;
export const holds = ({ errors }: Claim) => errors >= enough;

/**
 * All alarms from the first rows to the last. They are answered by a release, once there are rows enough from after the last one to
 * learn from, and its reference is what was accepted then; until that the monitor goes on watching.
 */
export async function claimsOf(stream: RealStream, watching: Watching): Promise<Claim[]> {
  const { accepted, answered, later } = watching;
  const rows = stream.label.length;
  const claims: Claim[] = [];
  for (let start = accepted; start < rows;) {
    const champion = await championOf(stream, start - accepted, start);
    const firsts = firstOfEach(stream.columns, start, rows, watching, champion);
    const inOrder = [...firsts.alarms.values()].toSorted((a, b) => a.row - b.row);
    let released = (inOrder[0]?.row ?? rows) + answered;
    for (const { row } of inOrder) if (row <= released) released = row + answered;
    for (const { row, alarm } of inOrder.filter(({ row }) => row <= released)) {
      const values = alarm.what === 'score' ? champion.scores : stream.columns[alarm.feature];
      const after = values?.subarray(row, row + later) ?? new Float64Array();
      claims.push({ row, alarm, errors: side(alarm, firsts.reference, after) });
    }
    start = released;
  }
  return claims;
}

/** Each column by itself, so that an earlier alarm for another one hides nothing; the budget is that of all together. */
export function firstOfEach(
  columns: Columns,
  from: number,
  to: number,
  { accepted, every, falseAlarmRows }: Watching,
  champion?: Champion,
): { readonly reference: DriftReference; readonly alarms: ReadonlyMap<string, { row: number; alarm: DriftAlarm }> } {
  const reference = referenceOf(columns, from - accepted, from, champion);
  const alarms = new Map<string, { row: number; alarm: DriftAlarm }>();
  for (const column of reference.columns) {
    const one = { ...reference, columns: [column] };
    const found = firstAlarm(columns, one, { from, to, every, falseAlarmRows }, champion?.scores);
    const alarm = found?.alarms[0];
    if (found !== null && alarm !== undefined) alarms.set(column.name, { row: found.row, alarm });
  }
  return { reference, alarms };
}

function side(alarm: DriftAlarm, reference: DriftReference, after: Float64Array): number {
  const column = reference.columns.find(({ name }) => name === alarm.feature);
  if (column === undefined || after.length === 0 || alarm.what === 'missing') return NaN;
  const place = alarm.direction === 'up' || alarm.direction === 'down' ? 0 : 1;
  const watched = distributionFunctions(column.bins, column.bins.counts)[place];
  if (watched === undefined) return NaN;
  const read = (bin: number) => watched.values[bin] ?? NaN;
  const mean = after.reduce((sum, value) => sum + read(binOf(column.bins, value)), 0) / after.length;
  const rows = column.bins.counts.reduce((sum, count) => sum + count, 0);
  const variance = column.bins.counts.reduce((sum, count, bin) => sum + count * (read(bin) - watched.mean) ** 2, 0) / rows;
  const error = Math.sqrt(variance * column.correlation.values * (1 / after.length + 1 / rows));
  const moved = alarm.direction === 'up' || alarm.direction === 'wider' ? mean - watched.mean : watched.mean - mean;
  // A column that stood still has no error at all.
  return Math.min(99, moved / Math.max(error, 1e-9));
}

export function claimTable(name: string, claims: readonly Claim[]): PartTable {
  return {
    title: `${name}: each alarm, and where the two weeks after it lie (a claim holds from ${enough} standard errors on its side)`,
    head: ['row', 'claim', 'later rows', 'holds'],
    rows: claims.map((claim) => [claim.row, claim.alarm.because, claim.errors.toFixed(1), holds(claim) ? 'yes' : 'no']),
  };
}
