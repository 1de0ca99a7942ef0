import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import { median } from '../../statistics.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { rivals } from './rivals.ts';
import { rowsWorthOne, stream } from './streams.ts';
import { firstAlarm, referenceOf } from './watch.ts';

/**
 * The stated time between false alarms: what the proof vouches for 6.7 % of streams of 20,000 rows at, however often one looks. How
 * many there are is measured below and may be 5 %, which is what the rivals' delays are to be compared at.
 */
const stated = 300_000;
const nullRows = 20_000;
const mostAlarms = 0.05;
/** Rows before a shift. */
const calm = 1000;
/** Rows of the reference, each worth one: a shift of 0.2 sd is not to be told from what a smaller one was off by. */
const referenceRows = 10_000;
/** Medians over streams of one column, rows that are worth one. */
const delayBars = [
  { shift: 0.5, rows: 120 },
  { shift: 0.2, rows: 450 },
] as const;

type Watch = (x: Float64Array, before: number) => number | null;
/** Rows between looks. */
const every = 10;
const detector: Watch = (x, before) =>
  firstAlarm({ x }, referenceOf({ x }, 0, before), { from: before, to: x.length, every, falseAlarmRows: stated })?.row ?? null;

/** How often each rule is wrong in 20,000 rows, and how soon it sees a shift; of ours also where neighbours are alike. */
export async function shiftedStreams(options: PartOptions): Promise<{ bars: Bar[]; tables: PartTable[]; raw: unknown }> {
  const { seed, quick } = options;
  const streams = quick ? 10 : 300;
  const alarmed = async (watch: Watch) => {
    let alarms = 0;
    for (let i = 0; i < streams; i++) {
      const x = stream(0, referenceRows + nullRows, new Random(seed * 1_000_003 + i));
      alarms += Number(watch(x, referenceRows) !== null);
      await nextTurn();
    }
    return alarms / streams;
  };
  const delay = async (watch: Watch, phi: number, shift: number, of: number) => {
    const worth = rowsWorthOne(phi);
    const before = Math.round(referenceRows * worth);
    const change = before + Math.round(calm * worth);
    const delays = [];
    for (let i = 0; i < of; i++) {
      const x = stream(phi, change + Math.round(3000 * worth), new Random(seed * 2_000_003 + i));
      for (let row = change; row < x.length; row++) x[row] = (x[row] ?? 0) + shift;
      const row = watch(x, before);
      // One before the change is a false alarm, not a find.
      if (row === null || row > change) delays.push(row === null ? Infinity : row - change);
      await nextTurn();
    }
    return median(delays);
  };

  const rules = [];
  const watches = [{ name: `e-detector, once in ${stated} rows`, watch: detector }, ...rivals];
  for (const { name, watch } of watches) {
    const falseAlarms = await alarmed(watch);
    const delays = [];
    for (const { shift } of delayBars) delays.push(await delay(watch, 0, shift, streams));
    rules.push({ name, falseAlarms, delays });
    options.say(`${name}: false alarms in ${(100 * falseAlarms).toFixed(1)} % of streams, delays ${delays.join(' and ')} rows`);
  }
  const alike = [];
  for (const phi of [0.5, 0.9]) {
    const delays = [];
    for (const { shift } of delayBars) {
      delays.push(await delay(detector, phi, shift, quick ? 4 : phi < 0.9 ? 100 : 40));
    }
    alike.push({ phi, worth: rowsWorthOne(phi), delays });
    options.say(`e-detector, AR(1) phi ${phi}: delays ${delays.join(' and ')} rows`);
  }
  const own = rules[0];
  const said = (rows: number) => (Number.isFinite(rows) ? Math.round(rows) : 'not seen');
  return {
    bars: [
      {
        name: 'streams of 20,000 rows with a false alarm',
        unit: 'share',
        wanted: 'at most',
        bar: mostAlarms,
        value: own?.falseAlarms ?? null,
      },
      ...delayBars.map(({ shift, rows }, i): Bar => ({
        name: `median delay of a shift by ${shift} sd`,
        unit: 'rows',
        wanted: 'at most',
        bar: rows,
        value: own?.delays[i] ?? null,
      })),
      ...alike.flatMap(({ phi, worth, delays }) =>
        delayBars.map(({ shift, rows }, i): Bar => ({
          name: `the same, AR(1) phi ${phi}, ${shift} sd`,
          unit: 'rows',
          wanted: 'at most',
          bar: Math.round(rows * worth),
          value: delays[i] ?? null,
        })),
      ),
    ],
    tables: [
      {
        title: `One column, ${referenceRows} reference rows: streams of ${nullRows} rows with a false alarm, and the median delay of a shift`,
        head: ['rule', 'false alarms', ...delayBars.map(({ shift }) => `${shift} sd`)],
        rows: rules.map(({ name, falseAlarms, delays }) => [name, `${(100 * falseAlarms).toFixed(1)} %`, ...delays.map(said)]),
      },
      {
        title: 'Where neighbours are alike: the median delay of the e-detector, and what it is in rows that are worth one',
        head: ['phi', 'rows worth one', ...delayBars.flatMap(({ shift }) => [`${shift} sd`, 'worth'])],
        rows: alike.map(({ phi, worth, delays }) => [
          phi,
          worth.toFixed(0),
          ...delays.flatMap((rows) => [said(rows), said(rows / worth)]),
        ]),
      },
    ],
    raw: { stated, referenceRows, streams, rules, alike },
  };
}
