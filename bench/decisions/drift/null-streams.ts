import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { stream } from './streams.ts';
import { firstAlarm, referenceOf } from './watch.ts';

/** The stated time between false alarms, in rows. */
const stated = 5000;
/** A stream is watched for at most so many times that. */
const longest = 8;
/** Rows of the reference: few and many. */
const references = [1000, 10_000];

/** Streams in which nothing changes: how long until something is reported all the same. */
export async function nullStreams(options: PartOptions): Promise<{ bars: Bar[]; table: PartTable; raw: unknown }> {
  const { seed, quick } = options;
  const streams = quick ? 10 : 150;
  const found: { phi: number; referenceRows: number; alarms: number; watched: number; between: number }[] = [];
  for (const phi of [0, 0.5, 0.9]) {
    for (const referenceRows of references) {
      let [watched, alarms] = [0, 0];
      for (let i = 0; i < streams; i++) {
        const x = stream(phi, referenceRows + longest * stated, new Random(seed * 1_000_003 + i));
        const alarm = firstAlarm({ x }, referenceOf({ x }, 0, referenceRows), {
          from: referenceRows,
          to: x.length,
          every: 10,
          falseAlarmRows: stated,
        });
        watched += (alarm?.row ?? x.length) - referenceRows;
        alarms += Number(alarm !== null);
        await nextTurn();
      }
      found.push({ phi, referenceRows, alarms, watched, between: watched / Math.max(1, alarms) });
      options.say(`null streams, phi ${phi}, ${referenceRows} reference rows: ${alarms} false alarms in ${watched} rows`);
    }
  }
  const between = (phi: number) => Math.min(...found.filter((row) => row.phi === phi).map((row) => row.between));
  return {
    bars: [0, 0.5, 0.9].map((phi) => ({
      name: `rows between false alarms, ${phi === 0 ? 'independent rows' : `AR(1) phi ${phi}`}`,
      unit: 'rows',
      wanted: 'at least',
      bar: stated,
      value: between(phi),
    })),
    table: {
      title: `False alarms where nothing changes, stated once in ${stated} rows`,
      head: ['phi', 'reference rows', 'streams', 'false alarms', 'rows between them'],
      rows: found.map((row) => [row.phi, row.referenceRows, streams, row.alarms, Math.round(row.between)]),
    },
    raw: { stated, streams, found },
  };
}
