import type { Frame } from '../data/dataset.ts';
import type { FairnessSpec } from '../spec/evaluation-schema.ts';
import { counted, percent } from '../stats/wording.ts';
import { bootstrapIntervals, type Interval } from './bootstrap.ts';
import { againstBound, firstOf, type GateResult, type StatedInterval } from './gate-result.ts';
import type { EvaluatedRows } from './gates.ts';
import { differenceInterval, type Proportion, proportionInterval, ratioInterval, shareOf } from './proportion-gaps.ts';
import { answersOf, groupsOf, pick } from './slices.ts';
import { weightedMetric } from './weighted-metric.ts';

/** A share of some rows with its interval; null where there are none. */
export type Rate = ({ readonly value: number; readonly rows: number } & Interval) | null;

/** How a version treats the rows of one group. */
export interface GroupReport {
  readonly column: string;
  /** `sex is Female` */
  readonly group: string;
  readonly rows: number;
  /** Share that is predicted positive. */
  readonly selection: Rate;
  /** Of the rows that are positive, those predicted so. */
  readonly truePositive: Rate;
  /** Of the rows that are not positive, those predicted so. */
  readonly falsePositive: Rate;
  /** Expected calibration error; null where the answers are no probabilities. */
  readonly calibration: Rate;
}

/** Groups of one column that are reported, the largest: the report travels through Temporal. */
const mostReported = 50;

type Measure = 'disparate_impact' | 'equal_opportunity' | 'false_positive_gap' | 'calibration';

interface Group {
  readonly name: string;
  readonly rows: number;
  readonly selection: Proportion;
  readonly truePositive: Proportion;
  readonly falsePositive: Proportion;
  readonly calibration: Rate;
}

/**
 * Selection rates, true- and false-positive rates and calibration of each group, and the bounds on how far apart they may be: the
 * ratio of selection rates (disparate impact), the differences of true-positive rates (equal opportunity: M. Hardt, E. Price and
 * N. Srebro, NeurIPS 2016) and of false-positive rates. A gap is between the two groups that are furthest apart, and its interval is
 * theirs; groups with fewer than `at_least` rows of the kind that a rate is of are left out, and told.
 * @param confidence of each end of an interval, where the bound names none
 */
export async function checkFairness(
  spec: FairnessSpec,
  frame: Frame,
  evaluated: EvaluatedRows,
  confidence: number,
): Promise<{ results: GateResult[]; groups: GroupReport[] }> {
  const results: GateResult[] = [];
  const reports: GroupReport[] = [];
  for (const column of spec.groups) {
    const groups: Group[] = [];
    for (const { name, rows } of groupsOf(column, frame)) groups.push(await measured(name, rows, evaluated, confidence));
    const told = groups.toSorted((a, b) => b.rows - a.rows).slice(0, mostReported);
    for (const group of groups) if (told.includes(group)) reports.push(reported(column, group, confidence));
    for (const measure of ['disparate_impact', 'equal_opportunity', 'false_positive_gap', 'calibration'] as const) {
      const asked = spec[measure];
      if (asked === undefined) continue;
      const of = spec.class === undefined ? '' : ` of ${spec.class}`;
      const context = { column, of, groups, atLeast: spec.at_least, rows: frame.rows, on: evaluated.on };
      results.push(judge(measure, asked, context, confidence));
    }
  }
  return { results, groups: reports };
}

async function measured(name: string, rows: Uint32Array, evaluated: EvaluatedRows, confidence: number): Promise<Group> {
  const label = pick(evaluated.label, rows);
  const answers = answersOf(evaluated.candidate, rows);
  const call = answers.call ?? new Uint8Array(rows.length);
  const count = (meets: (called: boolean, positive: boolean) => boolean) =>
    label.reduce((sum, y, row) => sum + (meets(call[row] === 1, y === 1) ? 1 : 0), 0);
  const positives = count((_, positive) => positive);
  return {
    name,
    rows: rows.length,
    selection: { hits: count((called) => called), trials: rows.length },
    truePositive: { hits: count((called, positive) => called && positive), trials: positives },
    falsePositive: { hits: count((called, positive) => called && !positive), trials: rows.length - positives },
    calibration: answers.graded ? await calibrationOf(label, answers, confidence) : null,
  };
}

async function calibrationOf(label: Float64Array, answers: EvaluatedRows['candidate'], confidence: number): Promise<Rate> {
  const statistic = weightedMetric('ece', label, answers);
  const value = statistic(new Uint8Array(label.length).fill(1));
  const [interval] = await bootstrapIntervals(label.length, [statistic], confidence);
  return interval ? { value, rows: label.length, ...interval } : null;
}

function reported(
  column: string,
  { name, rows, selection, truePositive, falsePositive, calibration }: Group,
  confidence: number,
): GroupReport {
  const rate = (of: Proportion): Rate =>
    of.trials === 0 ? null : { value: shareOf(of), rows: of.trials, ...proportionInterval(of, confidence) };
  const rates = { selection: rate(selection), truePositive: rate(truePositive), falsePositive: rate(falsePositive) };
  return { column, group: name, rows, ...rates, calibration };
}

interface Context {
  readonly column: string;
  /** ` of ` the class that counts as positive, where the spec names it. */
  readonly of: string;
  readonly groups: readonly Group[];
  readonly atLeast: number;
  readonly rows: number;
  readonly on: string;
}

type Asked = { readonly at_least?: number; readonly at_most?: number; readonly confidence?: number | undefined };

function judge(measure: Measure, asked: Asked, context: Context, usual: number): GateResult {
  const { column, of, groups, atLeast, rows, on } = context;
  const kind = asked.at_least === undefined ? 'at_most' : 'at_least';
  const bound = asked.at_least ?? asked.at_most ?? 0;
  const confidence = asked.confidence ?? usual;
  const name = `${words[measure]}${of} by ${column}`;
  const judged = groups.filter((group) => trialsOf(measure, group) >= atLeast);
  const left = groups.filter((group) => !judged.includes(group));
  const fewer =
    left.length === 0
      ? ''
      : `; not judged, with fewer than ${atLeast} ${kinds[measure]}: ${firstOf(left.map((group) => `${group.name} (${trialsOf(measure, group)})`))}`;
  if (judged.length < (measure === 'calibration' ? 1 : 2)) {
    const because = `${name} has too few groups to compare on ${rows} ${on}${fewer}`;
    return {
      gate: `${name} ${kind} ${bound}`,
      metric: measure,
      passed: true,
      value: null,
      bound,
      because,
      interval: null,
      rows,
      on,
    };
  }
  const { value, interval, said } = widest(measure, judged, confidence);
  const stated: StatedInterval | null = interval && { ...interval, confidence, method: methods[measure] };
  const whole = asked.confidence !== undefined;
  const result = againstBound({ metric: measure, name, kind, bound, value, interval: stated, whole, rows, on });
  return { ...result, because: `${result.because}: ${said}${fewer}` };
}

/** The groups furthest apart, and by what. */
function widest(
  measure: Measure,
  groups: readonly Group[],
  confidence: number,
): { value: number; interval: Interval | null; said: string } {
  if (measure === 'calibration') {
    const worst = groups.reduce((a, b) => ((b.calibration?.value ?? 0) > (a.calibration?.value ?? 0) ? b : a));
    const { calibration } = worst;
    return {
      value: calibration?.value ?? NaN,
      interval: calibration,
      said: `that of the ${counted(worst.rows, 'row')} where ${worst.name}`,
    };
  }
  const of = (group: Group) => proportionOf(measure, group);
  const ordered = groups.toSorted((a, b) => shareOf(of(a)) - shareOf(of(b)));
  const [lowest, highest] = [ordered[0] as Group, ordered.at(-1) as Group];
  const [low, high] = [of(lowest), of(highest)];
  const said = `${percent(shareOf(low))} of ${low.trials} where ${lowest.name}, ${percent(shareOf(high))} of ${high.trials} where ${highest.name}`;
  if (measure !== 'disparate_impact')
    return { value: shareOf(high) - shareOf(low), interval: differenceInterval(high, low, confidence), said };
  // Nobody is predicted positive in any group: they are treated alike.
  const value = high.hits === 0 ? 1 : shareOf(low) / shareOf(high);
  return { value, interval: ratioInterval(low, high, confidence), said };
}

function proportionOf(measure: Measure, group: Group): Proportion {
  if (measure === 'equal_opportunity') return group.truePositive;
  return measure === 'false_positive_gap' ? group.falsePositive : group.selection;
}

const trialsOf = (measure: Measure, group: Group) => proportionOf(measure, group).trials;

const words: Record<Measure, string> = {
  disparate_impact: 'disparate impact',
  equal_opportunity: 'gap of true-positive rates',
  false_positive_gap: 'gap of false-positive rates',
  calibration: 'calibration error',
};
const kinds: Record<Measure, string> = {
  disparate_impact: 'rows',
  equal_opportunity: 'positive rows',
  false_positive_gap: 'negative rows',
  calibration: 'rows',
};
const methods: Record<Measure, string> = {
  disparate_impact: 'Katz, on the logarithm',
  equal_opportunity: 'Newcombe',
  false_positive_gap: 'Newcombe',
  calibration: 'bootstrap (BCa)',
};
