import type { Frame } from '../../../src/data/dataset.ts';
import { correlationTime } from '../../../src/stats/correlation-time.ts';
import { lossBaseline } from '../../../src/monitoring/loss-baseline.ts';
import { beginLoss, watchLoss } from '../../../src/monitoring/loss.ts';
import { OnnxModel } from '../../../src/onnx/model.ts';
import { scoreFrame } from '../../../src/onnx/score-frame.ts';
import { standardDeviation, summarise } from '../../../src/stats/summary.ts';
import { Random } from '../../../src/training/random.ts';
import { gbt } from '../../../src/training/gbt/trainer.ts';
import type { Bar } from '../../bars.ts';
import type { PartOptions, PartTable } from '../part.ts';
import { bikeFeatures, exampleColumns } from './real-data.ts';
import { inDrawnOrder } from './streams.ts';
import { type Columns, cut } from './watch.ts';

const day = 24;
/** The first row of 2012. */
const secondYear = 8645;
/** `holdout: { newest: 28d }`, and `false_alarms: 1 in 90d`. */
const heldOut = 28 * day;
const falseAlarmDays = 90;
/** Labels that come after an alarm and check its claim. */
const later = 14 * day;
/** The policy's defaults. */
const performance = { accuracy_drop: 0.05, mae_rise: 0.1, at_least: 500 };
const params = { trees: 200, leaves: 31, learning_rate: 0.1 };

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

/** A model of the first year of bike demand, watched by its loss through the second: the same hours ask for more. */
export async function bikes({ seed, quick, say }: Pick<PartOptions, 'seed' | 'quick' | 'say'>): Promise<{
  bars: Bar[];
  table: PartTable;
  raw: unknown;
}> {
  const columns = await exampleColumns('bike-demand', [...bikeFeatures, 'cnt']);
  const growth = await watch(columns, secondYear);
  const rows = columns['cnt']?.length ?? 0;
  const nulls: Watched[] = [];
  for (let i = 0; i < (quick ? 2 : 20); i++) {
    const order = inDrawnOrder(rows, 7 * day, new Random(seed * 1_000_003 + i));
    const mixed = Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, Float64Array.from(order, (row) => values[row] ?? NaN)]),
    );
    nulls.push(await watch(mixed, secondYear));
  }
  const alarms = nulls.filter(({ labels }) => labels !== null).length;
  const between = nulls.reduce((sum, { watched }) => sum + watched, 0) / day / Math.max(1, alarms);
  say(`bike demand: found after ${growth.labels ?? 'no'} labels; ${alarms} of ${nulls.length} mixed orders alarm`);
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
    ],
    table: {
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
        [`${nulls.length} mixed orders`, `${alarms} alarms`, null, null, null, null, `${Math.round(between)} days between them`],
      ],
    },
    raw: { growth, nulls },
  };
}

/** Trains on the rows before `from` but the newest 28 days, and watches the loss of the rows from there. */
async function watch(columns: Columns, from: number): Promise<Watched> {
  const rows = columns['cnt']?.length ?? 0;
  const trained = await gbt.train(
    { task: 'regression', frame: frameOf(cut(columns, 0, from - heldOut)), params, seed: 1 },
    { signal: new AbortController().signal, onProgress: () => undefined, onCheckpoint: () => undefined },
  );
  const model = await OnnxModel.open(trained.onnx);
  const frame = frameOf(cut(columns, from - heldOut, rows));
  const scores = await scoreFrame(model, frame);
  await model.release();
  const losses = Array.from(scores, (score, i) => Math.abs(score - (frame.label[i] ?? NaN)));
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
    const next = { mae: summarise(losses.slice(end, end + later)).mean, ...ratio(scores, frame.label, end) };
    const labels = end - heldOut;
    return { ...result, labels, watched: labels, because: seen.finding.because, laterMae: next.mae, laterDemand: next.demand };
  }
  return { ...result, laterMae: NaN, laterDemand: NaN };
}

function ratio(scores: Float32Array, label: Float64Array, from: number): { demand: number } {
  const sum = (values: ArrayLike<number>) => {
    let total = 0;
    for (let i = from; i < Math.min(values.length, from + later); i++) total += values[i] ?? 0;
    return total;
  };
  return { demand: sum(label) / sum(scores) };
}

function frameOf(columns: Columns): Frame {
  const label = Float64Array.from(columns['cnt'] ?? []);
  return {
    rows: label.length,
    features: bikeFeatures,
    columns: Object.fromEntries(
      bikeFeatures.map((name) => [name, { type: 'number', values: Float32Array.from(columns[name] ?? []) } as const]),
    ),
    label,
    classes: null,
    timestamp: null,
  };
}
