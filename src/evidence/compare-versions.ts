import { parseDocument } from 'yaml';
import type { DatasetRef } from '../data/dataset.ts';
import type { ClassReport } from '../evaluation/class-reports.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { GroupReport } from '../evaluation/fairness.ts';
import type { GateResult, StatedInterval } from '../evaluation/gate-result.ts';
import type { MeasuredFeature } from '../monitoring/measures.ts';
import type { Served, VersionHistory } from '../registry/version-history.ts';
import { changedValues, type ChangedValue } from './changed-values.ts';
import { type MeasuredMetric, sliceMetrics } from './slice-metrics.ts';

/** One of two versions that are compared. */
export interface ComparedVersion extends VersionHistory {
  /** Of the artifact; null for an endpoint, and where the object is gone. */
  readonly bytes: number | null;
  readonly served: Served | null;
}

/** The earlier and the later value of one thing. */
export interface Change<T> {
  readonly from: T;
  readonly to: T;
}

export interface DataSide extends Pick<DatasetRef, 'digest' | 'rows' | 'quarantined' | 'oldest' | 'newest'> {
  /** Event time of the first row that the version has not learned from. */
  readonly holdoutFrom: string | null;
}

/** A metric of both versions. */
export interface MetricChange {
  readonly metric: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly fromInterval: StatedInterval | null;
  readonly toInterval: StatedInterval | null;
}

/** How one gate judged each of both; null where it was not asked. Gates of slices are told by `on`. */
export interface GateChange {
  readonly gate: string;
  readonly on: string | null;
  readonly from: GateSide | null;
  readonly to: GateSide | null;
}

interface GateSide extends Pick<GateResult, 'passed' | 'value' | 'because'> {
  readonly interval: StatedInterval | null;
}

/** The stable shape of `pawl diff MODEL vA vB --json`. */
export interface VersionComparison {
  readonly model: string;
  readonly from: number;
  readonly to: number;
  readonly data: Change<DataSide | null> & {
    readonly same: boolean;
    /** The columns of both, how they lie apart; null where a dataset is gone, or both are the same. */
    readonly columns: readonly MeasuredFeature[] | null;
    /** Features that one of them alone takes. */
    readonly added: readonly string[];
    readonly removed: readonly string[];
  };
  readonly trainer: Change<string>;
  /** As used, defaults filled in. */
  readonly parameters: readonly ChangedValue[];
  readonly seed: Change<number>;
  /** What trained; null where it was not kept. */
  readonly code: Change<VersionHistory['record']['code']>;
  /** What the files say; a value that is not written is undefined, and left out. */
  readonly spec: readonly ChangedValue[];
  readonly metrics: {
    /** Which rows the numbers are of. `each its own`: other rows, so that their difference is no gain or loss. */
    readonly rows: 'the same' | 'each its own';
    readonly count: Change<number | null>;
    readonly values: readonly MetricChange[];
  };
  /** On the held-out rows of each slice that a gate asks for; null where the version was not asked. */
  readonly slices: readonly (Change<MeasuredMetric | null> & { readonly metric: string; readonly slice: string })[];
  /** How each does on three classes or more, on held-out rows of its own; null where it was not measured on one. */
  readonly classes: readonly (Change<ClassReport | null> & { readonly class: string })[];
  /** How each treats the groups that `evaluation.fairness` names. */
  readonly groups: readonly (Change<GroupReport | null> & { readonly group: string })[];
  readonly gates: readonly GateChange[];
  readonly importances: readonly (Change<number | null> & { readonly feature: string })[];
  readonly bytes: Change<number | null>;
  readonly served: Change<Served | null>;
}

/** Two versions of one model side by side. @param columns as `measureFiles` finds them */
export function compareVersions(
  from: ComparedVersion,
  to: ComparedVersion,
  columns: readonly MeasuredFeature[] | null,
): VersionComparison {
  const features = [from, to].map(({ spec }) => Object.keys(spec?.spec.contract.features ?? {}));
  const [before = [], after = []] = features;
  return {
    model: to.record.model,
    from: from.record.version,
    to: to.record.version,
    data: {
      from: dataSide(from),
      to: dataSide(to),
      same: from.record.datasetDigest !== null && from.record.datasetDigest === to.record.datasetDigest,
      columns,
      added: after.filter((name) => !before.includes(name)),
      removed: before.filter((name) => !after.includes(name)),
    },
    trainer: { from: from.record.trainer, to: to.record.trainer },
    parameters: changedValues(from.record.params, to.record.params),
    seed: { from: from.record.seed, to: to.record.seed },
    code: { from: from.record.code, to: to.record.code },
    spec: changedValues(written(from), written(to)),
    metrics: metricChanges(from, to),
    slices: sliceChanges(from, to),
    classes: classChanges(from.evaluation?.classes ?? [], to.evaluation?.classes ?? []),
    groups: groupChanges(from.evaluation?.groups ?? [], to.evaluation?.groups ?? []),
    gates: gateChanges(from.record.gates, to.record.gates),
    importances: importanceChanges(from.record.importances, to.record.importances),
    bytes: { from: from.bytes, to: to.bytes },
    served: { from: from.served, to: to.served },
  };
}

function dataSide({ dataset, record }: ComparedVersion): DataSide | null {
  if (dataset === null) return null;
  const { digest, rows, quarantined, oldest, newest } = dataset;
  return { digest, rows, quarantined, oldest, newest, holdoutFrom: record.holdoutFrom };
}

/** The pawl.yaml as people wrote it. */
function written({ spec }: ComparedVersion): unknown {
  if (spec === null) return {};
  const document = parseDocument(spec.source);
  return document.errors.length > 0 ? {} : document.toJS();
}

type Measured = Pick<Evaluation, 'intervals'> & { readonly metrics: Evaluation['metrics']; readonly rows: number | null };

/**
 * On the same rows where one of them was held against the other, or both were evaluated on the same dataset from the same row on; else
 * each on its own.
 */
function metricChanges(from: ComparedVersion, to: ComparedVersion): VersionComparison['metrics'] {
  const own = ({ evaluation, record }: ComparedVersion): Measured => evaluation ?? { metrics: record.metrics, rows: null };
  const theirs = (mine: ComparedVersion, other: ComparedVersion): Measured | null => {
    const { evaluation } = mine;
    if (evaluation === null || evaluation.championMetrics === null || evaluation.champion !== other.record.version) return null;
    return { metrics: evaluation.championMetrics, rows: evaluation.rows };
  };
  const [asChampion, asLater] = [theirs(to, from), theirs(from, to)];
  const before = asChampion ?? own(from);
  const after = asChampion === null && asLater !== null ? asLater : own(to);
  const alike = asChampion !== null || asLater !== null || evaluatedAlike(from, to);
  return {
    rows: alike ? 'the same' : 'each its own',
    count: { from: before.rows, to: after.rows },
    values: [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])].map((metric) => ({
      metric,
      from: before.metrics[metric] ?? null,
      to: after.metrics[metric] ?? null,
      fromInterval: before.intervals?.[metric] ?? null,
      toInterval: after.intervals?.[metric] ?? null,
    })),
  };
}

function evaluatedAlike(from: ComparedVersion, to: ComparedVersion): boolean {
  const of = ({ record, evaluation }: ComparedVersion) =>
    evaluation === null || record.datasetDigest === null ? null : [record.datasetDigest, evaluation.holdoutFrom, evaluation.rows];
  const [one, other] = [of(from), of(to)];
  return one !== null && other !== null && one.every((value, i) => value === other[i]);
}

function sliceChanges(from: ComparedVersion, to: ComparedVersion): VersionComparison['slices'] {
  const keyed = ({ record }: ComparedVersion) =>
    new Map(sliceMetrics(record.gates).map((measured) => [JSON.stringify([measured.metric, measured.slice]), measured]));
  const [before, after] = [keyed(from), keyed(to)];
  return [...new Set([...after.keys(), ...before.keys()])].map((key) => {
    const [one = null, other = null] = [before.get(key), after.get(key)];
    return { metric: (other ?? one)?.metric ?? '', slice: (other ?? one)?.slice ?? '', from: one, to: other };
  });
}

function classChanges(from: readonly ClassReport[], to: readonly ClassReport[]): VersionComparison['classes'] {
  const of = (reports: readonly ClassReport[], name: string) => reports.find((one) => one.class === name) ?? null;
  const names = new Set([...to, ...from].map((report) => report.class));
  return [...names].map((name) => ({ class: name, from: of(from, name), to: of(to, name) }));
}

function groupChanges(from: readonly GroupReport[], to: readonly GroupReport[]): VersionComparison['groups'] {
  const of = (reports: readonly GroupReport[], group: string) => reports.find((one) => one.group === group) ?? null;
  const names = new Set([...to, ...from].map(({ group }) => group));
  return [...names].map((group) => ({ group, from: of(from, group), to: of(to, group) }));
}

function gateChanges(from: readonly GateResult[], to: readonly GateResult[]): GateChange[] {
  const named = (gates: readonly GateResult[]) => new Map(gates.map((result) => [result.gate, result]));
  const [before, after] = [named(from), named(to)];
  return [...new Set([...after.keys(), ...before.keys()])].map((gate) => {
    const [one, other] = [before.get(gate), after.get(gate)];
    return { gate, on: other?.on ?? one?.on ?? null, from: gateSide(one), to: gateSide(other) };
  });
}

function gateSide(result: GateResult | undefined): GateSide | null {
  if (result === undefined) return null;
  const { passed, value, because, interval } = result;
  return { passed, value, because, interval: interval ?? null };
}

/** Those that differ most come first. */
function importanceChanges(from: Evaluation['metrics'], to: Evaluation['metrics']): VersionComparison['importances'] {
  const features = [...new Set([...Object.keys(to), ...Object.keys(from)])];
  const by = (feature: string) => Math.abs((to[feature] ?? 0) - (from[feature] ?? 0));
  return features
    .toSorted((a, b) => by(b) - by(a))
    .map((feature) => ({ feature, from: from[feature] ?? null, to: to[feature] ?? null }));
}
