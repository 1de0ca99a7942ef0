import { type BetTable, betTable, type DetectorState, EDetector } from '../stats/e-detector.ts';
import { binCount } from '../stats/reference-bins.ts';
import { binOf, distributionFunctions, rateFunction } from './drift-functions.ts';
import { type DriftColumn, type DriftReference, toNumber, toText } from './drift-reference.ts';
import { driftBecause } from './drift-sentence.ts';
import type { Column } from './shifts.ts';

/** Everything that a monitor carries of one reference. Plain JSON; begins anew with each reference. */
export interface DriftState {
  readonly format: 1;
  /** Rows so far. */
  readonly rows: number;
  /** In the order of the reference's columns. */
  readonly columns: readonly ColumnState[];
}

interface ColumnState {
  /** Rows by bin that the odds are made from, beside those of the reference; and those that have come since. */
  readonly settled: readonly number[];
  readonly coming: readonly number[];
  /** Null before the first row. */
  readonly distribution: DetectorState | null;
  readonly missing: DetectorState | null;
  /** Categories that the reference did not have; null of other types. */
  readonly unseen: DetectorState | null;
}

export interface DriftPolicy {
  /** Rows between false alarms, on average, for the whole model: days of the policy times rows a day. */
  readonly falseAlarmRows: number;
}

/** Rows in the order of their events. */
export interface DriftBatch {
  /** ms since 1970, or any other number that grows: what `since` of an alarm is told in. One for each row. */
  readonly at: ArrayLike<number>;
  /** By feature; `score` of the options is apart. A column that is absent, or dropped by the log, is not looked at. */
  readonly columns: Readonly<Record<string, Column>>;
  readonly scores?: ArrayLike<number>;
  /** The classes that were predicted, where the reference looks at them. */
  readonly predictions?: readonly string[];
}

/** Something that has changed, and stands until the evidence for it is gone. */
export interface DriftAlarm {
  /** `score` for the score, `predicted class` for the mix of the classes that are predicted. */
  readonly feature: string;
  readonly what: 'distribution' | 'missing' | 'new category' | 'score' | 'prediction';
  /** Mean of a number, share of a category or boolean, share of missing or new values. `value`: the category. */
  readonly from: number;
  readonly to: number;
  readonly value: string | null;
  /** How the distribution moved; of shares, whether they rose. */
  readonly direction: 'up' | 'down' | 'wider' | 'narrower';
  /** The likeliest beginning: `at` of its first row, and rows since then. */
  readonly since: number;
  readonly rows: number;
  /** Rows of this model in which so much comes by chance once, or more. */
  readonly evidence: number;
  /** A sentence with numbers. */
  readonly because: string;
}

/** How near a column is to an alarm. Plain JSON. */
export interface ColumnEvidence {
  /** `score` for the score. */
  readonly feature: string;
  readonly of: DriftColumn['of'];
  /** What the strongest of its evidence is about. */
  readonly what: DriftAlarm['what'];
  /** Evidence as a share of what an alarm needs: 1 and more is one. */
  readonly share: number;
  /** The likeliest beginning of a change: `at` of its first row, null where there is none; and rows since then. */
  readonly since: number | null;
  readonly rows: number;
}

/** Of a column's false alarms: what goes to its missing values, and to new categories where it has some. */
const forMissing = 0.03;
const forUnseen = 0.05;
/** Rows after which what has come joins the rows that the odds are made from. */
const settleEvery = 64;
/** Evidence is held up to so many times what an alarm needs. */
const held = 10;

export function beginDrift(reference: DriftReference): DriftState {
  return {
    format: 1,
    rows: 0,
    columns: reference.columns.map(({ bins }) => {
      const none = new Array<number>(binCount(bins)).fill(0);
      return { settled: none, coming: none, distribution: null, missing: null, unseen: null };
    }),
  };
}

/**
 * The state after some more rows, and what stands out then, the strongest evidence first.
 *
 * Each row is judged by the reference and all rows before it, which it joins: a reference of few rows is not taken for the truth
 * (V. Vovk, "Testing randomness online", Statistical Science 36, 2021). All columns together raise false alarms once in
 * `falseAlarmRows` rows or less often, on average. Batches that follow each other give the state that all of their rows at once
 * would give.
 * @param reference the one that the state was begun with
 */
export function observeDrift(
  reference: DriftReference,
  state: DriftState,
  batch: DriftBatch,
  policy: DriftPolicy,
): { readonly state: DriftState; readonly alarms: readonly DriftAlarm[] } {
  const alarms: DriftAlarm[] = [];
  const columns = reference.columns.map((column, i) => {
    const before = state.columns[i];
    if (before === undefined) throw new RangeError('The state was begun with another reference.');
    const values = valuesOf(column, batch);
    const watch = new ColumnWatch(column, before, policy.falseAlarmRows);
    if (values !== undefined) watch.add(values, batch.at);
    alarms.push(...watch.alarms());
    return watch.state();
  });
  return {
    state: { format: 1, rows: state.rows + batch.at.length, columns },
    alarms: alarms.toSorted((a, b) => b.evidence - a.evidence),
  };
}

function valuesOf({ name, of }: DriftColumn, { columns, scores, predictions }: DriftBatch): Column | undefined {
  return of === 'feature' ? columns[name] : of === 'score' ? scores : predictions;
}

/** How near each column is to an alarm, in the order of the reference's columns. */
export function driftEvidence(reference: DriftReference, state: DriftState, policy: DriftPolicy): ColumnEvidence[] {
  return reference.columns.flatMap((column, i) => {
    const before = state.columns[i];
    return before === undefined ? [] : [new ColumnWatch(column, before, policy.falseAlarmRows).evidence()];
  });
}

/** Three detectors on one column: what its values are, whether they are there, and whether they are known. */
class ColumnWatch {
  readonly #column: DriftColumn;
  readonly #shares: Readonly<Record<'distribution' | 'missing' | 'unseen', number>>;
  readonly #falseAlarmRows: number;
  readonly #settled: number[];
  readonly #coming: number[];
  #waiting: number;
  #tables: { distribution: BetTable; missing: BetTable; unseen: BetTable | null };
  readonly #distribution: EDetector;
  readonly #missing: EDetector;
  readonly #unseen: EDetector | null;

  constructor(column: DriftColumn, state: ColumnState, falseAlarmRows: number) {
    this.#column = column;
    this.#falseAlarmRows = falseAlarmRows;
    const unseen = column.bins.type === 'category' && column.of === 'feature' ? forUnseen : 0;
    this.#shares = {
      distribution: column.weight * (1 - forMissing - unseen),
      missing: column.weight * forMissing,
      unseen: column.weight * unseen,
    };
    this.#settled = [...state.settled];
    this.#coming = [...state.coming];
    this.#waiting = this.#coming.reduce((sum, count) => sum + count, 0);
    this.#tables = this.#makeTables();
    this.#distribution = new EDetector(this.#tables.distribution, state.distribution);
    this.#missing = new EDetector(this.#tables.missing, state.missing);
    this.#unseen = this.#tables.unseen === null ? null : new EDetector(this.#tables.unseen, state.unseen);
  }

  add(values: Column, at: ArrayLike<number>): void {
    const { bins } = this.#column;
    const missing = binCount(bins) - 1;
    const most = (share: number) => (held * this.#falseAlarmRows) / share;
    const [mostHeld, mostMissing, mostUnseen] = [
      most(this.#shares.distribution),
      most(this.#shares.missing),
      most(this.#shares.unseen),
    ];
    for (let row = 0; row < values.length; row++) {
      const value = bins.type === 'category' ? toText(values[row]) : toNumber(values[row]);
      const bin = binOf(bins, value);
      const when = at[row] ?? NaN;
      const { distribution, missing: ifMissing, unseen } = this.#tables;
      this.#missing.add(ifMissing, bin, null, when, mostMissing);
      if (bin !== missing)
        this.#distribution.add(distribution, bin, bins.type === 'number' ? Number(value) : null, when, mostHeld);
      if (unseen !== null) this.#unseen?.add(unseen, bin, null, when, mostUnseen);
      this.#coming[bin] = (this.#coming[bin] ?? 0) + 1;
      if (++this.#waiting >= settleEvery) this.#settle();
    }
  }

  alarms(): DriftAlarm[] {
    const { name, weight, bins } = this.#column;
    const found = this.#looks().filter(({ evidence }) => weight > 0 && evidence >= this.#falseAlarmRows);
    return found.map(({ what, evidence, side, stretch }) => {
      const { since, rows } = stretch;
      const told = { feature: name, what, since, rows, evidence, ...this.#shift(what, side, stretch) };
      return { ...told, because: driftBecause(told, bins) };
    });
  }

  evidence(): ColumnEvidence {
    const { name, of, weight } = this.#column;
    const { what, evidence, stretch } = this.#looks().reduce((most, look) => (look.evidence > most.evidence ? look : most));
    const since = stretch.rows === 0 ? null : stretch.since;
    return { feature: name, of, what, share: weight === 0 ? 0 : evidence / this.#falseAlarmRows, since, rows: stretch.rows };
  }

  /** What each detector holds, in rows of the model, and where its strongest side began. */
  #looks() {
    const look = (detector: EDetector, table: BetTable, share: number, what: DriftAlarm['what']) => {
      const side = detector.strongest(table);
      const stretch = detector.state().stretches[side] ?? { since: NaN, rows: 0, total: 0, growth: 0 };
      return { what, evidence: detector.evidence(table) * share, side, stretch };
    };
    const { distribution, missing, unseen } = this.#shares;
    const values = this.#column.of === 'feature' ? 'distribution' : this.#column.of;
    return [
      look(this.#distribution, this.#tables.distribution, distribution, values),
      look(this.#missing, this.#tables.missing, missing, 'missing'),
      ...(this.#unseen === null || this.#tables.unseen === null
        ? []
        : [look(this.#unseen, this.#tables.unseen, unseen, 'new category')]),
    ];
  }

  state(): ColumnState {
    return {
      settled: this.#settled,
      coming: this.#coming,
      distribution: this.#distribution.state(),
      missing: this.#missing.state(),
      unseen: this.#unseen?.state() ?? null,
    };
  }

  /** From what to what, over the stretch. */
  #shift(what: DriftAlarm['what'], side: number, stretch: { rows: number; total: number }) {
    const { bins, mean } = this.#column;
    const rows = bins.counts.reduce((sum, count) => sum + count, 0);
    const average = stretch.rows === 0 ? NaN : stretch.total / stretch.rows;
    const last = binCount(bins) - 1;
    if (what === 'missing' || what === 'new category') {
      const from = (bins.counts[what === 'missing' ? last : last - 1] ?? 0) / Math.max(1, rows);
      return { from, to: average, value: null, direction: 'up' as const };
    }
    const fell = side % 2 === 1;
    if (bins.type === 'number') {
      const direction =
        side < 2 ? (fell ? ('down' as const) : ('up' as const)) : fell ? ('narrower' as const) : ('wider' as const);
      return { from: mean ?? NaN, to: average, value: null, direction };
    }
    const watched = distributionFunctions(bins, bins.counts)[side >> 1]?.values ?? [];
    const present = bins.counts.slice(0, -1);
    const all = Math.max(
      1,
      present.reduce((sum, count) => sum + count, 0),
    );
    const from = present.reduce((sum, count, bin) => sum + count * (watched[bin] ?? 0), 0) / all;
    const value = bins.type === 'boolean' ? 'true' : (bins.values[side >> 1] ?? 'other values');
    return { from, to: average, value, direction: fell ? ('down' as const) : ('up' as const) };
  }

  #settle(): void {
    for (let bin = 0; bin < this.#coming.length; bin++) {
      this.#settled[bin] = (this.#settled[bin] ?? 0) + (this.#coming[bin] ?? 0);
      this.#coming[bin] = 0;
    }
    this.#waiting = 0;
    this.#tables = this.#makeTables();
  }

  #makeTables() {
    const { bins, correlation, of } = this.#column;
    const counts = bins.counts.map((count, bin) => count + (this.#settled[bin] ?? 0));
    const last = counts.length - 1;
    return {
      distribution: betTable(distributionFunctions(bins, counts), correlation.values),
      missing: betTable([rateFunction(counts, last)], correlation.missing),
      // A class that was not predicted before is no fault of the data: it is a change of the mix.
      unseen:
        bins.type === 'category' && of === 'feature' ? betTable([rateFunction(counts, last - 1)], correlation.missing) : null,
    };
  }
}
