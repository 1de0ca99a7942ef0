import type { ChangedValue } from '../evidence/changed-values.ts';
import type { Change, DataSide, GateChange, MetricChange, VersionComparison } from '../evidence/compare-versions.ts';
import type { MeasuredMetric } from '../evidence/slice-metrics.ts';
import type { ClassReport } from '../evaluation/class-reports.ts';
import type { GroupReport, Rate } from '../evaluation/fairness.ts';
import type { MeasuredFeature } from '../monitoring/measures.ts';
import { figure, inWords, percent, sized } from '../stats/wording.ts';
import { measuresText } from './drift-text.ts';
import { table } from './output.ts';

/** Columns and features that are shown; --json has all of them. */
const mostShown = 8;
/** A share of the importance that is worth a line. */
const leastImportance = 0.005;

/** Two versions side by side, one subject a paragraph. What is the same is left out, or said in a word. */
export function diffText(diff: VersionComparison): string {
  const paragraphs = [
    [`${diff.model}: v${diff.from} to v${diff.to}`],
    dataLines(diff.data),
    trainingLines(diff),
    changeLines('pawl.yaml', diff.spec),
    metricLines(diff),
    sliceLines(diff),
    classLines(diff),
    groupLines(diff),
    gateLines(diff.gates),
    importanceLines(diff.importances),
    artifactLines(diff),
  ];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function dataLines({ from, to, same, columns, added, removed }: VersionComparison['data']): string[] {
  if (from === null && to === null) return [];
  if (same) return [`data        the same dataset: ${sideText(to)}`];
  return [
    `data        ${sideText(from)}`,
    `         to ${sideText(to)}`,
    ...(added.length > 0 ? [`            new features: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`            features no longer taken: ${removed.join(', ')}`] : []),
    ...columnLines(columns),
  ];
}

function columnLines(columns: readonly MeasuredFeature[] | null): string[] {
  if (columns === null) return ['            a dataset is not in the object store any more, so the columns are not compared'];
  const furthest = columns.toSorted((a, b) => b.psi - a.psi).slice(0, mostShown);
  const rest = columns.length - furthest.length;
  const more = rest === 0 ? '' : `, of ${columns.length} (all with --json)`;
  return [`columns that lie furthest apart${more}:`, measuresText(furthest)];
}

function sideText(side: DataSide | null): string {
  if (side === null) return 'no dataset: an endpoint that was there before pawl';
  const { digest, rows, quarantined, oldest, newest } = side;
  const time = oldest === null || newest === null ? '' : `, ${oldest.slice(0, 16)} to ${newest.slice(0, 16)}`;
  const aside = quarantined === 0 ? '' : `, ${inWords(quarantined)} set aside`;
  return `${digest.slice(0, 19)}…, ${inWords(rows)} rows${aside}${time}`;
}

function trainingLines({ trainer, seed, code, parameters }: VersionComparison): string[] {
  const changed = (name: string, { from, to }: Change<string>) => (from === to ? [] : [line(name, from, to)]);
  const codeText = (of: VersionComparison['code']['to']) =>
    of === null ? 'not kept' : `pawl ${of.pawl}${of.digest === undefined ? '' : `, trainer ${of.digest.slice(0, 19)}…`}`;
  return [
    ...changed('trainer', trainer),
    ...changed('code', { from: codeText(code.from), to: codeText(code.to) }),
    ...changed('seed', { from: String(seed.from), to: String(seed.to) }),
    ...changeLines('parameters', parameters),
  ];
}

function changeLines(name: string, changes: readonly ChangedValue[]): string[] {
  return changes.map(({ path, from, to }, i) => line(i === 0 ? name : '', `${path} ${valueText(from)}`, valueText(to)));
}

const line = (name: string, from: string, to: string) => `${name.padEnd(11)} ${from} to ${to}`;

function valueText(value: unknown): string {
  if (value === undefined) return '(not there)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function metricLines({ from, to, metrics: { rows, count, values } }: VersionComparison): string[] {
  if (values.length === 0) return [];
  const counted = (n: number | null) => (n === null ? 'rows that were not counted' : `${inWords(n)} rows`);
  const on =
    rows === 'the same'
      ? `metrics, on the same ${counted(count.to)}:`
      : `metrics, each on held-out rows of its own (${counted(count.from)}, ${counted(count.to)}), so that a difference may be that of the rows:`;
  const head = ['metric', `v${from}`, `v${to}`, 'difference', `v${to} lies between`];
  return [on, table(head, values.map(metricCells))];
}

function metricCells({ metric, from, to, toInterval }: MetricChange): string[] {
  const difference = from === null || to === null ? '' : signed(to - from);
  const between = toInterval === null ? '' : `${figure(toInterval.low)} and ${figure(toInterval.high)}`;
  return [metric, from === null ? '' : figure(from), to === null ? '' : figure(to), difference, between];
}

function sliceLines({ from, to, slices }: VersionComparison): string[] {
  if (slices.length === 0) return [];
  const cell = (side: MeasuredMetric | null) =>
    side === null ? 'not measured' : `${figure(side.value)}${side.rows === null ? '' : ` of ${inWords(side.rows)}`}`;
  const rows = slices.map(({ metric, slice, from: one, to: other }) => {
    const difference = one === null || other === null ? '' : signed(other.value - one.value);
    return [slice, metric, cell(one), cell(other), difference];
  });
  return [
    'slices, each version on held-out rows of its own:',
    table(['where', 'metric', `v${from}`, `v${to}`, 'difference'], rows),
  ];
}

function classLines({ from, to, classes }: VersionComparison): string[] {
  if (classes.length === 0) return [];
  const share = (name: 'recall' | 'precision') => (side: ClassReport | null) => {
    const rate = side?.[name];
    return rate == null ? 'none' : figure(rate.value);
  };
  const rows = (side: ClassReport | null) => (side === null ? 'none' : inWords(side.rows));
  const columns = [rows, share('recall'), share('precision')];
  const cells = classes.map((one) => [one.class, ...columns.map((of) => `${of(one.from)} to ${of(one.to)}`)]);
  return [
    `classes, v${from} to v${to}, each on held-out rows of its own:`,
    table(['class', 'rows', 'recall', 'precision'], cells),
  ];
}

function groupLines({ from, to, groups }: VersionComparison): string[] {
  if (groups.length === 0) return [];
  const rate = (of: Rate | undefined) => (of == null ? 'none' : percent(of.value));
  const rates = (name: 'selection' | 'truePositive' | 'falsePositive') => (side: GroupReport | null) => rate(side?.[name]);
  const columns = [rates('selection'), rates('truePositive'), rates('falsePositive')];
  const rows = groups.map(({ group, from: one, to: other }) => [group, ...columns.map((of) => `${of(one)} to ${of(other)}`)]);
  const head = ['group', 'predicted positive', 'true-positive rate', 'false-positive rate'];
  return [`groups, v${from} to v${to}, each on held-out rows of its own:`, table(head, rows)];
}

/** Gates that judged differently, were asked of one alone, or refused either. */
function gateLines(gates: readonly GateChange[]): string[] {
  const word = (side: GateChange['from']) => (side === null ? 'not asked' : side.passed ? 'passed' : 'refused');
  const told = gates.filter(({ from, to }) => word(from) !== word(to) || to?.passed === false);
  const lines = told.flatMap(({ gate, from, to }) => [
    `gate        ${gate}: ${word(from) === word(to) ? word(to) : `${word(from)} to ${word(to)}`}`,
    ...(to === null ? [] : [`            ${to.because}`]),
  ]);
  const alike = gates.length - told.length;
  return alike === 0 ? lines : [...lines, `gates       ${alike} ${alike === 1 ? 'holds' : 'hold'} for both`];
}

function importanceLines(importances: VersionComparison['importances']): string[] {
  const moved = importances.filter(({ from, to }) => Math.abs((to ?? 0) - (from ?? 0)) >= leastImportance).slice(0, mostShown);
  const share = (value: number | null) => (value === null ? 'not a feature' : percent(value));
  return moved.map(({ feature, from, to }, i) => line(i === 0 ? 'importance' : '', `${feature} ${share(from)}`, share(to)));
}

function artifactLines({ bytes, served }: VersionComparison): string[] {
  const size = (value: number | null) => (value === null ? 'unknown' : sized(value));
  const changed = (name: string, of: Change<string>) => (of.from === of.to ? [] : [line(name, of.from, of.to)]);
  return [
    ...changed('artifact', { from: size(bytes.from), to: size(bytes.to) }),
    ...changed('served', { from: servedText(served.from), to: servedText(served.to) }),
  ];
}

function servedText(served: VersionComparison['served']['to']): string {
  if (served === null) return 'never';
  const { requests, p50, p99, cpuMicrosPerRow } = served;
  const latency = p50 === null || p99 === null ? '' : `, p50 ${figure(p50)} ms, p99 ${figure(p99)} ms`;
  const cpu = cpuMicrosPerRow === null ? '' : `, ${figure(cpuMicrosPerRow)} µs of CPU a row`;
  return `${inWords(requests)} requests${latency}${cpu}`;
}

const signed = (value: number) => `${value > 0 ? '+' : ''}${figure(value)}`;
