import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { bikeFeatures, electricityFeatures, exampleColumns } from './real-data.ts';
import { inDrawnOrder } from './streams.ts';
import { type Columns, firstAlarm, referenceOf } from './watch.ts';

const days = { stated: 90, accepted: 97 };

/**
 * The real streams with their days, weeks or fortnights in an order that is drawn: as seasonal within a block and as alike from row
 * to row as they are, while nothing changes with time. So the budget is tried on rows that are not independent at all.
 */
export async function ownBlocks(options: PartOptions): Promise<{ bars: Bar[]; table: PartTable; raw: unknown }> {
  const electricity = await exampleColumns('electricity', electricityFeatures);
  const streams = [
    // Before the Victorian market joins: what stands still and then moves is a change in any order.
    { name: 'electricity', aDay: 48, columns: first(electricity, 17_424) },
    { name: 'bike demand', aDay: 24, columns: await exampleColumns('bike-demand', bikeFeatures) },
  ];
  const drawn = options.quick ? 5 : 40;
  const found = [];
  for (const { name, aDay, columns } of streams) {
    for (const block of [1, 7, 14]) {
      let [watched, alarms] = [0, 0];
      for (let i = 0; i < drawn; i++) {
        const shuffled = reordered(columns, block * aDay, new Random(options.seed * 1_000_003 + i));
        const rows = Object.values(shuffled)[0]?.length ?? 0;
        const from = days.accepted * aDay;
        const reference = referenceOf(shuffled, 0, from);
        const alarm = firstAlarm(shuffled, reference, { from, to: rows, every: aDay / 4, falseAlarmRows: days.stated * aDay });
        watched += (alarm?.row ?? rows) - from;
        alarms += Number(alarm !== null);
        await nextTurn();
      }
      found.push({ name, block, drawn, alarms, days: watched / aDay, between: watched / aDay / Math.max(1, alarms) });
      options.say(`${name} in blocks of ${block} d: ${alarms} false alarms in ${Math.round(watched / aDay)} days`);
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
      title: `False alarms on the real streams' own blocks, stated once in ${days.stated} days for all columns together`,
      head: ['stream', 'block, d', 'orders', 'false alarms', 'days between them'],
      rows: found.map((row) => [row.name, row.block, row.drawn, row.alarms, Math.round(row.between)]),
    },
    raw: found,
  };
}

function reordered(columns: Columns, block: number, random: Random): Columns {
  const order = inDrawnOrder(Object.values(columns)[0]?.length ?? 0, block, random);
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, Float64Array.from(order, (row) => values[row] ?? NaN)]),
  );
}

const first = (columns: Columns, rows: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(0, rows)]));
