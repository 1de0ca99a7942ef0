import { lossBaseline } from '../../../src/monitoring/loss-baseline.ts';
import { beginLoss, watchLoss } from '../../../src/monitoring/loss.ts';
import { correlationTime } from '../../../src/stats/correlation-time.ts';
import { standardDeviation, summarise } from '../../../src/stats/summary.ts';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { championOf } from './champion.ts';
import { claimsOf, claimTable, holds, type Watching } from './claims.ts';
import { bikeStream, type RealStream, reordered } from './real-data.ts';

const day = 24;
/** The first row of 2012. */
const secondYear = 8645;
/** `false_alarms: 1 in 90d`. */
const falseAlarmDays = 90;
/** Labels that come after an alarm and check its claim. */
const later = 14 * day;
/** The policy's defaults. */
const performance = { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500 };
/** Its rows, without labels: what was accepted is a year, of which less would miss a season. */
const watching: Watching = {
  accepted: secondYear,
  answered: 28 * day,
  later,
  falseAlarmRows: falseAlarmDays * day,
  every: day / 4,
};

interface Watched {
  /** Labels until the alarm; null without one. */
  readonly labels: number | null;
  readonly watched: number;
  readonly because: string;
  readonly atRelease: number;
  readonly allowed: number;
  /** Of the labels after the alarm: MAE, and demand as a share of what was predicted. */
  readonly laterMae: number;
  readonly laterDemand: number;
}

/**
 * A model of the first year of bike demand, watched through the second: by its loss, as the same hours ask for more; and by its rows,
 * as it is warmer or windier than the year before.
 */
export async function bikes({ seed, quick, say }: Pick<PartOptions, 'seed' | 'quick' | 'say'>): Promise<{
  bars: Bar[];
  tables: PartTable[];
  raw: unknown;
}> {
  const stream = await bikeStream();
  const growth = await watch(stream, secondYear);
  const claims = await claimsOf(stream, watching);
  const untrue = claims.filter((claim) => !holds(claim)).length;
  const nulls: Watched[] = [];
  for (let i = 0; i < (quick ? 2 : 20); i++) {
    nulls.push(await watch(reordered(stream, 7 * day, new Random(seed * 1_000_003 + i)), secondYear));
  }
  const alarms = nulls.filter(({ labels }) => labels !== null).length;
  const between = nulls.reduce((sum, { watched }) => sum + watched, 0) / day / Math.max(1, alarms);
  say(`bike demand: found after ${growth.labels ?? 'no'} labels; ${alarms} of ${nulls.length} mixed orders alarm`);
  say(`bike demand: ${claims.length - untrue} of ${claims.length} claims of its rows hold`);
  const mae = (value: number) => value.toFixed(1);
  return {
    bars: [
      {
        name: 'bike demand: growth found as concept drift, days of 2012 until then',
        unit: 'd',
        wanted: 'at most',
        bar: falseAlarmDays,
        value: (growth.labels ?? NaN) / day,
      },
      {
        name: 'bike demand: MAE of the two weeks after the alarm, over what is allowed',
        unit: 'ratio',
        wanted: 'at least',
        bar: 1,
        value: growth.laterMae / growth.allowed,
      },
      {
        name: 'bike demand: days between false alarms of the loss, weeks in another order',
        unit: 'd',
        wanted: 'at least',
        bar: falseAlarmDays,
        value: between,
      },
      {
        name: 'bike demand: days between alarms of its rows whose claim does not hold in later rows',
        unit: 'd',
        wanted: 'at least',
        bar: falseAlarmDays,
        value: (stream.label.length - secondYear) / day / Math.max(1, untrue),
      },
    ],
    tables: [
      claimTable('Bike demand in 2012', claims),
      {
        title: 'Bike demand: a model of 2011, its loss in 2012, and in weeks of both years in another order',
        head: [
          'stream',
          'labels until the alarm',
          'MAE at release',
          'allowed',
          'MAE of the two weeks after',
          'demand / predicted',
          'claim',
        ],
        rows: [
          [
            '2012',
            growth.labels ?? 'none',
            mae(growth.atRelease),
            mae(growth.allowed),
            mae(growth.laterMae),
            growth.laterDemand.toFixed(2),
            growth.because,
          ],
          [
            `${nulls.length} mixed orders`,
            `${alarms} alarms`,
            null,
            null,
            null,
            null,
            `${Math.round(between)} days between them`,
          ],
        ],
      },
    ],
    raw: { growth, nulls, claims },
  };
}

/** Trains on the rows before `from` but the newest 28 days, and watches the loss of the rows from there. */
async function watch(stream: RealStream, from: number): Promise<Watched> {
  const { heldOut, label } = stream;
  const { scores } = await championOf(stream, 0, from);
  const losses = Array.from(scores, (score, i) => Math.abs(score - (label[i] ?? NaN))).slice(from - heldOut);
  const known = losses.slice(0, heldOut);
  const summary = summarise(known);
  const baseline = lossBaseline(
    'regression',
    { mae: summary.mean },
    { performance },
    { rows: heldOut, deviation: standardDeviation(summary), correlation: correlationTime(known) },
  );
  if (baseline === null) throw new RangeError('A model without an error.');
  const policy = { falseAlarmEvery: falseAlarmDays * 86_400_000, least: performance.at_least };
  let state = beginLoss('e-process', 0);
  const result = {
    labels: null,
    watched: losses.length - heldOut,
    because: '',
    atRelease: baseline.loss,
    allowed: baseline.allowed,
  };
  for (let i = heldOut; i < losses.length; i += day) {
    const at = ((i + day - heldOut) * 86_400_000) / day;
    const seen = watchLoss(state, losses.slice(i, i + day), baseline, policy, at);
    state = seen.state;
    if (seen.finding === null) continue;
    const end = i + day;
    const labels = end - heldOut;
    const laterMae = summarise(losses.slice(end, end + later)).mean;
    const laterDemand = demand(scores, label, from + labels);
    return { ...result, labels, watched: labels, because: seen.finding.because, laterMae, laterDemand };
  }
  return { ...result, laterMae: NaN, laterDemand: NaN };
}

/** As a share of what was predicted, in the two weeks from a row. */
function demand(scores: Float64Array, label: Float64Array, from: number): number {
  const sum = (values: Float64Array) => values.subarray(from, from + later).reduce((total, value) => total + value, 0);
  return sum(label) / sum(scores);
}
