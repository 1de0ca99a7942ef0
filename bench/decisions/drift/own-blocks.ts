import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { championOf } from './champion.ts';
import { bikeStream, electricityStream, firstRows, reordered } from './real-data.ts';
import { firstAlarm, referenceOf } from './watch.ts';

const days = { stated: 90, accepted: 97 };

/**
 * The real streams with their days, weeks or fortnights in an order that is drawn: as seasonal within a block and as alike from row
 * to row as they are, while nothing changes with time. So the budget is tried on rows that are not independent at all. A model of
 * the first 97 days is watched, by its features and its score.
 */
export async function ownBlocks(options: PartOptions): Promise<{ bars: Bar[]; table: PartTable; raw: unknown }> {
  const streams = [
    // Before the Victorian market joins: what stands still and then moves is a change in any order.
    firstRows(await electricityStream(), 17_424),
    await bikeStream(),
  ];
  const drawn = options.quick ? 3 : 40;
  const found = [];
  for (const stream of streams) {
    for (const block of [1, 7, 14]) {
      let [watched, alarms, byScore] = [0, 0, 0];
      for (let i = 0; i < drawn; i++) {
        const mixed = reordered(stream, block * stream.day, new Random(options.seed * 1_000_003 + i));
        const from = days.accepted * stream.day;
        const champion = await championOf(mixed, 0, from);
        const rows = mixed.label.length;
        const alarm = firstAlarm(
          mixed.columns,
          referenceOf(mixed.columns, 0, from, champion),
          { from, to: rows, every: stream.day / 4, falseAlarmRows: days.stated * stream.day },
          champion.scores,
        );
        watched += ((alarm?.row ?? rows) - from) / stream.day;
        alarms += Number(alarm !== null);
        byScore += Number(alarm?.alarms.some(({ what }) => what === 'score') ?? false);
        await nextTurn();
      }
      found.push({ name: stream.name, block, drawn, alarms, byScore, days: watched, between: watched / Math.max(1, alarms) });
      options.say(`${stream.name} in blocks of ${block} d: ${alarms} false alarms in ${Math.round(watched)} days`);
    }
  }
  return {
    bars: found.map((row) => ({
      name: `${row.name}, blocks of ${row.block} d in another order: days between false alarms`,
      unit: 'd',
      wanted: 'at least',
      bar: days.stated,
      value: row.between,
    })),
    table: {
      title: `False alarms on the real streams' own blocks, stated once in ${days.stated} days for all columns and the score together`,
      head: ['stream', 'block, d', 'orders', 'false alarms', 'of the score', 'days between them'],
      rows: found.map((row) => [row.name, row.block, row.drawn, row.alarms, row.byScore, Math.round(row.between)]),
    },
    raw: found,
  };
}
