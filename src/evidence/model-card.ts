import type { Code } from '../attestation/describe-version.ts';
import type { DatasetRef } from '../data/dataset.ts';
import type { GroupReport } from '../evaluation/fairness.ts';
import type { GateResult } from '../evaluation/gate-result.ts';
import type { VersionHistory } from '../registry/version-history.ts';
import { percent } from '../stats/wording.ts';
import { classMetrics } from './class-metrics.ts';
import { type SearchReport, searchReport } from './search-report.ts';
import { type MeasuredMetric, sliceMetrics } from './slice-metrics.ts';

/** Who let it through, in the words on record. */
interface CardWord {
  readonly by: string;
  readonly because: string;
}

/**
 * What is to be known of a version before it is used (M. Mitchell et al., "Model Cards for Model Reporting", FAT* 2019, section 4). All of
 * it was fixed when the version was let into its rollout, so that the same version has the same card.
 */
export interface ModelCard {
  readonly model: string;
  readonly version: number;
  /** Of the artifact; of an endpoint that of its configuration. */
  readonly digest: string;
  readonly task: string;
  readonly purpose: string;
  readonly owner: string;
  readonly intendedUse: readonly string[];
  readonly users: readonly string[];
  /** What people said, and after it what follows from the numbers. */
  readonly limits: readonly string[];
  readonly ethics: readonly string[];
  readonly made: {
    readonly trainer: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly code: Code | null;
    readonly release: string | null;
    /** ISO 8601. */
    readonly at: string;
    readonly trigger: (CardWord & { readonly kind: string }) | null;
    /** Of the pawl.yaml that it went by. */
    readonly spec: string | null;
    /** The version whose artifact it is: a copy, for a drill. */
    readonly copyOf: number | null;
    /** Where it is an endpoint that was there before pawl. */
    readonly endpoint: string | null;
  };
  /** Every trial of the search for its parameters; null where nothing was tried. */
  readonly search: SearchReport | null;
  readonly data:
    | (Pick<DatasetRef, 'digest' | 'rows' | 'quarantined' | 'oldest' | 'newest'> & {
        readonly holdoutFrom: string | null;
        readonly heldOut: number | null;
        readonly label: string | null;
        readonly features: readonly { readonly name: string; readonly type: string }[];
      })
    | null;
  readonly metrics: readonly MeasuredMetric[];
  /** The champion's on the same rows, as far as there was one. */
  readonly champion: { readonly version: number; readonly metrics: Readonly<Record<string, number>> } | null;
  readonly gates: readonly Pick<GateResult, 'gate' | 'passed' | 'because'>[];
  readonly groups: readonly GroupReport[];
  readonly importances: readonly { readonly feature: string; readonly share: number }[];
  readonly approval: CardWord | null;
  readonly override: CardWord | null;
}

/** As pawl.yaml has it where it does not say. */
const usualConfidence = 0.95;

export function modelCard({ record, release, trigger, spec, dataset, evaluation, search, approval }: VersionHistory): ModelCard {
  const { contract, ...said } = spec?.spec ?? { contract: null, task: '', description: '', owner: '', card: undefined };
  const features = Object.entries(contract?.features ?? {}).map(([name, { type }]) => ({ name, type }));
  const championMetrics = evaluation?.championMetrics ?? null;
  const { card } = said;
  return {
    model: record.model,
    version: record.version,
    digest: record.digest,
    task: said.task,
    purpose: said.description,
    owner: said.owner,
    intendedUse: card?.intended_use ?? [],
    users: card?.users ?? [],
    limits: [...(card?.limits ?? []), ...foundLimits({ record, release, dataset, spec, evaluation })],
    ethics: card?.ethics ?? [],
    made: {
      trainer: record.trainer,
      parameters: record.incumbent === null ? record.params : {},
      seed: record.seed,
      code: record.code,
      release: record.release,
      at: record.createdAt.toISOString(),
      trigger: trigger === null ? null : { kind: trigger.kind, by: trigger.by, because: trigger.because },
      spec: release?.specDigest ?? null,
      copyOf: record.copyOf,
      endpoint: record.incumbent?.url ?? null,
    },
    search: search === null ? null : searchReport(search),
    data:
      dataset === null
        ? null
        : {
            digest: dataset.digest,
            rows: dataset.rows,
            quarantined: dataset.quarantined,
            oldest: dataset.oldest,
            newest: dataset.newest,
            holdoutFrom: record.holdoutFrom,
            heldOut: evaluation?.rows ?? null,
            label: contract?.label ?? null,
            features,
          },
    metrics: [
      ...overall({ record, evaluation }),
      ...classMetrics(evaluation?.classes ?? [], contract?.label ?? '', spec?.spec.evaluation.confidence ?? usualConfidence),
      ...sliceMetrics(record.gates),
    ],
    champion:
      evaluation === null || evaluation.champion === null || championMetrics === null
        ? null
        : { version: evaluation.champion, metrics: known(championMetrics) },
    gates: record.gates.map(({ gate, passed, because }) => ({ gate, passed, because })),
    groups: evaluation?.groups ?? [],
    importances: Object.entries(record.importances)
      .map(([feature, share]) => ({ feature, share }))
      .toSorted((a, b) => b.share - a.share),
    approval,
    override: record.overridden && trigger !== null ? { by: trigger.by, because: trigger.because } : null,
  };
}

/** Those that are numbers: what cannot be measured, such as an AUC of one class, is null where it was stored. */
function known(metrics: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => Number.isFinite(entry[1])));
}

function overall({ record, evaluation }: Pick<VersionHistory, 'record' | 'evaluation'>): MeasuredMetric[] {
  return Object.entries(known(record.metrics)).map(([metric, value]) => ({
    metric,
    value,
    interval: evaluation?.intervals?.[metric] ?? null,
    rows: evaluation?.rows ?? null,
    slice: null,
  }));
}

/** What the evidence itself sets limits to. */
function foundLimits(of: Pick<VersionHistory, 'record' | 'release' | 'dataset' | 'spec' | 'evaluation'>): string[] {
  const { record, release, dataset, spec, evaluation } = of;
  const limits: string[] = [];
  if (record.incumbent !== null) limits.push('It is an endpoint that was there before pawl: what it learned from is not known.');
  if (record.copyOf !== null) limits.push(`It is a copy of v${record.copyOf} that a drill made: it is not meant to lead.`);
  if (release?.shuffleLabels) limits.push('It learned from shuffled labels, as a rehearsal: its answers mean nothing.');
  if (dataset !== null && dataset.oldest !== null && dataset.newest !== null)
    limits.push(
      `It knows rows from ${dataset.oldest} to ${record.holdoutFrom ?? dataset.newest}; what changed since then it cannot know.`,
    );
  const ranges = Object.entries(spec?.spec.contract.features ?? {}).flatMap(([name, feature]) =>
    feature.type !== 'number' ? [] : rangeOf(name, feature),
  );
  if (ranges.length > 0) limits.push(`It has learned from no row outside these ranges: ${ranges.join(', ')}.`);
  for (const { passed, value, because } of record.gates) {
    if (!passed) limits.push(`A gate refused it: ${because}.`);
    else if (value === null) limits.push(`Not judged: ${because}.`);
  }
  const few = evaluation?.groups?.filter(({ rows }) => rows < fewRows) ?? [];
  for (const { group, rows } of few)
    limits.push(`Only ${rows} held-out rows where ${group}: their rates may be off by up to ${percent(worst(rows), 0)}.`);
  return limits;
}

function rangeOf(name: string, { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): string[] {
  if (min !== undefined && max !== undefined) return [`${name} from ${min} to ${max}`];
  if (min !== undefined) return [`${name} from ${min}`];
  return max === undefined ? [] : [`${name} up to ${max}`];
}

/** Fewer rows of a group are told. */
const fewRows = 200;

/** Half of the widest 90 % interval of a share of so many rows. */
const worst = (rows: number) => Math.min(1, 1.645 * Math.sqrt(0.25 / Math.max(1, rows)));
