import { beginDrift, type DriftAlarm, observeDrift } from '../monitoring/drift-detector.ts';
import { type DriftReference, driftReference } from '../monitoring/drift-reference.ts';
import type { Column } from '../monitoring/shifts.ts';
import type { Milliseconds } from '../spec/quantities.ts';
import type { ModelSpec } from '../spec/schema.ts';
import { standardDeviation, summarise } from '../stats/summary.ts';
import { Random } from '../training/random.ts';
import { falseAlarmsOf } from '../watch/false-alarms.ts';
import { type Spread, spreadOf } from './characteristics.ts';
import { type AcceptedRows, blockLength, pick, resampled } from './row-blocks.ts';

/** What the drift detectors do on a model's own rows. */
export interface DriftCharacteristics {
  /** Rows of the champion's that are looked at in a day. */
  readonly rowsADay: number;
  /** Rows that stay together when rows are drawn anew. */
  readonly block: number;
  readonly falseAlarms: FalseAlarms;
  readonly delays: readonly DriftDelay[];
}

export interface FalseAlarms {
  /** In 365 days, and between which two numbers: 95 %. */
  readonly aYear: number;
  readonly interval: { readonly low: number; readonly high: number };
  /** What the policy states for drift: its part of `false_alarms`. */
  readonly statedAYear: number;
  /** Alarms in so many rows, where one in so many was stated. */
  readonly alarms: number;
  readonly rows: number;
  readonly statedRows: number;
  /** What the policy states in rows: where it is more than `statedRows`, the year's number is scaled up from there. */
  readonly policyRows: number;
}

export interface DriftDelay {
  readonly feature: string;
  readonly importance: number;
  /** Standard deviations of the feature. */
  readonly shift: number;
  readonly streams: number;
  /** Not seen within `mostRows`; those counted as that long. */
  readonly missed: number;
  readonly rows: Spread;
  /** As rows come, until the next look. */
  readonly after: Spread;
}

interface DriftSimulation {
  readonly seed: number;
  readonly onProgress?: (done: number, of: number) => void;
}

const day = 86_400_000;
const shifts = [0.2, 0.5, 1] as const;
const topFeatures = 3;
/** Streams of rows, each with a reference of its own. */
const streams = 40;
/** Looks in the time in which one false alarm is expected. */
const looksAtNothing = 20;
/** The longest time between false alarms that is waited for, in rows, and how often over in each stream. */
const [longestStated, waited] = [5000, 5];
/** Rows between looks at a stream with a shift, at first. */
const step = 10;
/** A stream is calm so long before its shift, and watched so long after it. */
const [calm, mostRows] = [200, 20_000];

/**
 * False alarms and delays of `monitor.drift` on rows drawn anew from those that the champion was accepted on, in blocks, so that they
 * are as alike as they were and nothing changes with time; by the detectors that watch the model. Null where no detector does.
 * @param requestsADay that the champion answers
 */
export function driftCharacteristics(
  spec: Pick<ModelSpec, 'contract' | 'monitor'>,
  accepted: AcceptedRows,
  requestsADay: number,
  { seed, onProgress }: DriftSimulation,
): DriftCharacteristics | null {
  const { monitor } = spec;
  if (monitor.preset !== undefined || monitor.drift.by !== 'detector' || accepted.rows < least) return null;
  const rowsADay = Math.max(1, Math.min(requestsADay, (monitor.sample * day) / monitor.every));
  const every = falseAlarmsOf(monitor).drift;
  const policyRows = Math.max(1, (every / day) * rowsADay);
  const block = blockLength(accepted);
  const world: DriftWorld = { spec, accepted, block, policyRows };
  const references = Array.from({ length: streams }, (_, i) => {
    onProgress?.(i, 2 * streams);
    return drawnReference(world, new Random(seed * 1_000_003 + i));
  });
  const watched = falseAlarms(world, references, seed, every, (done) => onProgress?.(streams + done, 2 * streams));
  const delays = importantNumbers(spec, accepted).flatMap(({ feature, importance, sd }) =>
    shifts.map((shift) => {
      const rows = references.map((reference, i) =>
        delayOf(world, reference, { feature, by: shift * sd }, new Random(seed * 2_000_003 + i)),
      );
      return { feature, importance, shift, ...delaysOf(rows, rowsADay, monitor.every) };
    }),
  );
  return { rowsADay, block, falseAlarms: watched, delays };
}

/** Fewer accepted rows tell nothing. */
const least = 100;

interface DriftWorld {
  readonly spec: Pick<ModelSpec, 'contract' | 'monitor'>;
  readonly accepted: AcceptedRows;
  readonly block: number;
  readonly policyRows: number;
}

/** Of as many rows as were accepted. */
function drawnReference({ spec, accepted, block }: DriftWorld, random: Random): DriftReference {
  const rows = resampled(accepted.rows, block, accepted.rows, random);
  const columns = Object.entries(accepted.columns).map(([name, column]) => [name, pick(column, rows)] as const);
  return driftReference(Object.fromEntries(columns), {
    features: spec.contract.features,
    importances: accepted.importances,
    stretch: spec.monitor.sample,
    ...(accepted.scores === null ? {} : { scores: pick(accepted.scores, rows) as Float64Array }),
  });
}

function falseAlarms(
  { accepted, block, policyRows }: DriftWorld,
  references: readonly DriftReference[],
  seed: number,
  every: Milliseconds,
  onProgress: (done: number) => void,
): FalseAlarms {
  const falseAlarmRows = Math.min(policyRows, longestStated);
  const length = Math.ceil(waited * falseAlarmRows);
  const batch = Math.max(step, Math.ceil(falseAlarmRows / looksAtNothing));
  let [alarms, rows] = [0, 0];
  for (const [i, reference] of references.entries()) {
    onProgress(i);
    const order = resampled(accepted.rows, block, length, new Random(seed * 3_000_017 + i));
    let state = beginDrift(reference);
    for (let from = 0; from < length; from += batch) {
      const some = order.subarray(from, Math.min(length, from + batch));
      const columns = Object.entries(accepted.columns).map(([name, column]) => [name, pick(column, some)] as const);
      const scores = accepted.scores === null ? {} : { scores: pick(accepted.scores, some) as Float64Array };
      const seen = observeDrift(
        reference,
        state,
        { at: some, columns: Object.fromEntries(columns), ...scores },
        { falseAlarmRows },
      );
      rows += some.length;
      if (seen.alarms.length > 0) {
        alarms++;
        break;
      }
      state = seen.state;
    }
  }
  const years = (rows / falseAlarmRows) * (every / (365 * day));
  const { low, high } = poissonInterval(alarms);
  return {
    aYear: alarms / years,
    interval: { low: low / years, high: high / years },
    statedAYear: (365 * day) / every,
    alarms,
    rows,
    statedRows: falseAlarmRows,
    policyRows,
  };
}

/** Rows from a shift until it is reported; null where it was reported before, or not within `mostRows`: Infinity. */
function delayOf(
  { accepted, block, policyRows }: DriftWorld,
  reference: DriftReference,
  { feature, by }: { readonly feature: string; readonly by: number },
  random: Random,
): number | null {
  const order = resampled(accepted.rows, block, calm + mostRows, random);
  const column = accepted.columns[feature] ?? [];
  const found = (seen: { alarms: readonly DriftAlarm[] }) => seen.alarms.some((alarm) => alarm.feature === feature);
  let state = beginDrift(reference);
  for (let from = 0; from < order.length;) {
    const some = order.subarray(from, from + rowsToLook(from));
    const values = Float64Array.from(some, (row) => Number(column[row] ?? NaN) + (from < calm ? 0 : by));
    // The other columns stay as they were, and need not be looked at.
    const seen = observeDrift(reference, state, { at: some, columns: { [feature]: values } }, { falseAlarmRows: policyRows });
    if (found(seen)) return from < calm ? null : from + some.length - calm;
    state = seen.state;
    from += some.length;
  }
  return Infinity;
}

/** All rows before the shift; then few at a time, and more the longer it takes: a delay is known to a twentieth. */
function rowsToLook(from: number): number {
  return from < calm ? calm - from : Math.max(step, Math.floor((from - calm) / 20));
}

function delaysOf(delays: readonly (number | null)[], rowsADay: number, every: Milliseconds) {
  const rows = delays.filter((delay) => delay !== null);
  const known = rows.map((delay) => Math.min(delay, mostRows));
  const spread = known.length === 0 ? { median: NaN, p90: NaN } : spreadOf(known);
  const after = (count: number) => Math.ceil(((count / rowsADay) * day) / every) * every;
  return {
    streams: rows.length,
    missed: rows.filter((delay) => delay === Infinity).length,
    rows: spread,
    after: { median: after(spread.median), p90: after(spread.p90) },
  };
}

/** The numbers that matter most to the champion, and move at all. */
function importantNumbers({ contract }: Pick<ModelSpec, 'contract'>, { columns, importances }: AcceptedRows) {
  const numbers = Object.entries(contract.features).flatMap(([feature, { type }]) => {
    const column: Column = columns[feature] ?? [];
    const sd = type === 'number' ? standardDeviation(summarise(Array.from(column, Number))) : 0;
    return sd > 0 ? [{ feature, importance: importances[feature] ?? 0, sd }] : [];
  });
  return numbers.toSorted((a, b) => b.importance - a.importance).slice(0, topFeatures);
}

/** Of how many were expected, 95 %: Byar's approximation (N. E. Breslow and N. E. Day, IARC Scientific Publications 82, 1987, formula 2.13). */
function poissonInterval(count: number): { readonly low: number; readonly high: number } {
  const at = (n: number, z: number) => n * (1 - 1 / (9 * n) + z / (3 * Math.sqrt(n))) ** 3;
  return { low: count === 0 ? 0 : Math.max(0, at(count, -1.96)), high: at(count + 1, 1.96) };
}
