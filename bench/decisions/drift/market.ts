import type { DriftAlarm } from '../../../src/monitoring/drift-detector.ts';
import type { DriftReference } from '../../../src/monitoring/drift-reference.ts';
import { binOf, distributionFunctions } from '../../../src/monitoring/drift-functions.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { electricityFeatures, exampleColumns } from './real-data.ts';
import { type Columns, cut, firstAlarm, referenceOf } from './watch.ts';

const day = 48;
/** Monday, 5 May 1997, 00:00: the Victorian market joins. */
const change = 17_424;
const joined = ['vicprice', 'vicdemand', 'transfer'];
/** 90 days to learn from and 7 held out, as the example's file says: what the champion was accepted on. */
const accepted = 97 * day;
/** `false_alarms: 1 in 90d`, the example's. */
const falseAlarmRows = 90 * day;
/** Half a day. */
const every = 24;
/** From an alarm to the release that answers it: earlier there is little to learn from (the example's README). */
const answered = 28 * day;
/** Rows that a claim is checked against: the two weeks after the alarm, of which the detector has seen none. */
const later = 14 * day;
/** Standard errors on the claimed side from which a claim holds. */
const holds = 2;

interface Claim {
  readonly row: number;
  readonly alarm: DriftAlarm;
  /** How far later rows lie on the side that is claimed, in standard errors. */
  readonly errors: number;
}

/** The electricity market as a monitor meets it, from release to release. */
export async function market({ say }: Pick<PartOptions, 'say'>): Promise<{ bars: Bar[]; tables: PartTable[]; raw: unknown }> {
  const columns = await exampleColumns('electricity', electricityFeatures);
  const claims = history(columns);
  const held = claims.filter(({ errors }) => errors >= holds);
  const found = [7, 28, 56].map((days) => finds(columns, change - days * day));
  const again = [28, 32, 35, 42].flatMap((days) => {
    const released = change + days * day;
    const firsts = watchOn(columns, released, released + 28 * day);
    return joined.flatMap((name) => firsts.get(name) ?? []).map((first) => ({ released, ...first }));
  });
  const watched = (columns['period']?.length ?? 0) - accepted;
  const untrue = claims.length - held.length;
  say(
    `electricity: the change is found after ${found.map(({ rows }) => rows).join(', ')} rows; ${held.length} of ${claims.length} claims hold`,
  );
  return {
    bars: [
      {
        name: 'electricity: rows until the change of 5 May 1997 is found (the longest of 3)',
        unit: 'rows',
        wanted: 'at most',
        bar: 200,
        value: Math.max(...found.map(({ rows }) => rows)),
      },
      {
        name: 'electricity: of vicprice, vicdemand and transfer are named (the fewest of 3)',
        unit: 'columns',
        wanted: 'at least',
        bar: 3,
        value: Math.min(...found.map(({ named }) => named)),
      },
      {
        name: 'electricity: of them found again in four weeks after the release that answered it (4 releases)',
        unit: 'columns',
        wanted: 'at most',
        bar: 0,
        value: again.length,
      },
      {
        name: 'electricity: days between alarms whose claim does not hold in later rows',
        unit: 'd',
        wanted: 'at least',
        bar: falseAlarmRows / day,
        value: watched / day / Math.max(1, untrue),
      },
    ],
    tables: [
      {
        title: `Electricity: each alarm, and where the two weeks after it lie (a claim holds from ${holds} standard errors on its side)`,
        head: ['row', 'claim', 'later rows', 'holds'],
        rows: claims.map(({ row, alarm, errors }) => [row, alarm.because, errors.toFixed(1), errors >= holds ? 'yes' : 'no']),
      },
      {
        title: 'Electricity: what is found of the three in four weeks after a release that answered the change',
        head: ['released at row', 'alarm at row', 'claim'],
        rows: again.map(({ released, row, alarm }) => [released, row, alarm.because]),
      },
    ],
    raw: { claims, found, again, watchedDays: watched / day },
  };
}

/**
 * From the first rows to the last. Alarms are answered by a release, once there are rows enough from after the last one to learn
 * from, and its reference is what was accepted then; until that the monitor goes on watching.
 */
function history(columns: Columns): Claim[] {
  const rows = columns['period']?.length ?? 0;
  const claims: Claim[] = [];
  for (let start = accepted; start < rows;) {
    const reference = referenceOf(columns, start - accepted, start);
    const firsts = [...watchOn(columns, start, rows).values()].toSorted((a, b) => a.row - b.row);
    let released = (firsts[0]?.row ?? rows) + answered;
    for (const { row } of firsts) if (row <= released) released = row + answered;
    for (const { row, alarm } of firsts.filter(({ row }) => row <= released)) {
      claims.push({ row, alarm, errors: side(alarm, reference, cut(columns, row, row + later)) });
    }
    start = released;
  }
  return claims;
}

function side(alarm: DriftAlarm, reference: DriftReference, after: Columns): number {
  const column = reference.columns.find(({ name }) => name === alarm.feature);
  const values = after[alarm.feature];
  if (column === undefined || values === undefined) return NaN;
  const place = alarm.direction === 'up' || alarm.direction === 'down' ? 0 : 1;
  const watched = distributionFunctions(column.bins, column.bins.counts)[place];
  if (watched === undefined) return NaN;
  const read = (bin: number) => watched.values[bin] ?? NaN;
  const mean = values.reduce((sum, value) => sum + read(binOf(column.bins, value)), 0) / values.length;
  const rows = column.bins.counts.reduce((sum, count) => sum + count, 0);
  const variance = column.bins.counts.reduce((sum, count, bin) => sum + count * (read(bin) - watched.mean) ** 2, 0) / rows;
  const error = Math.sqrt(variance * column.correlation.values * (1 / values.length + 1 / rows));
  const moved = alarm.direction === 'up' || alarm.direction === 'wider' ? mean - watched.mean : watched.mean - mean;
  // A column that stood still has no error at all.
  return Math.min(99, moved / Math.max(error, 1e-9));
}

/** Rows from the change to the first alarm for a column that it moved, and how many of them are named within 200 rows. */
function finds(columns: Columns, start: number): { start: number; rows: number; named: number } {
  const firsts = watchOn(columns, start, change + 200);
  const rows = joined.map((name) => firsts.get(name)?.row ?? Infinity);
  return { start, rows: Math.min(...rows) - change, named: rows.filter((row) => row > change && Number.isFinite(row)).length };
}

/** Each column by itself, so that an earlier alarm for another one hides nothing; the budget is that of all together. */
function watchOn(columns: Columns, from: number, to: number): Map<string, { row: number; alarm: DriftAlarm }> {
  const reference = referenceOf(columns, from - accepted, from);
  const firsts = new Map<string, { row: number; alarm: DriftAlarm }>();
  for (const column of reference.columns) {
    const found = firstAlarm(columns, { ...reference, columns: [column] }, { from, to, every, falseAlarmRows });
    const alarm = found?.alarms[0];
    if (found !== null && alarm !== undefined) firsts.set(column.name, { row: found.row, alarm });
  }
  return firsts;
}
