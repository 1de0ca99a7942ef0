import { readRows } from '../data/rows.ts';
import { budgetTerms, budgetWindows } from '../monitoring/budget.ts';
import { type ChampionRecord, championHistory } from '../registry/champion.ts';
import { getDataset } from '../registry/datasets.ts';
import { labelSeqBefore } from '../registry/judged-labels.ts';
import { recordedPauses, type RecordedPause } from '../registry/recorded-pauses.ts';
import { type RecordedRelease, recordedReleases } from '../registry/recorded-releases.ts';
import type { Registry } from '../registry/registry.ts';
import { getVersion, type VersionRecord } from '../registry/versions.ts';
import { type WindowStretch, windowSeries } from '../registry/window-series.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { predictionsWanted } from '../watch/champion-look.ts';
import { type ChampionReference, ChampionReferences, nothingKnown } from '../watch/champion-reference.ts';
import type { Promotion } from '../watch/label-look.ts';
import { readPromotion } from '../watch/promotion.ts';
import type { AcceptedRows } from '../watch/sample-look.ts';
import { BudgetSeries } from './budget-series.ts';
import { JudgedLabels } from './judged-labels.ts';
import { LabelWalk } from './label-walk.ts';
import { NewestAnswers } from './newest-answers.ts';

/** A time in which one version led. */
export interface Reign {
  readonly leading: ChampionRecord;
  /** ms since 1970; null for the one that goes on. */
  readonly from: number;
  readonly to: number | null;
}

/** What is known of a champion. */
export interface Champion {
  readonly version: VersionRecord;
  readonly reference: ChampionReference;
  /** Null where nobody asks for it, or nothing is known. */
  readonly accepted: AcceptedRows | null;
  readonly promotion: Promotion | null;
}

/** Everything that a monitor saw. Times in ms since 1970. */
export interface MonitorRecord {
  readonly from: number;
  readonly to: number;
  /** At least one; in their order. */
  readonly reigns: readonly Reign[];
  readonly releases: readonly RecordedRelease[];
  readonly pauses: readonly RecordedPause[];
  readonly answers: Pick<NewestAnswers, 'at'>;
  readonly labels: Pick<JudgedLabels, 'upTo'>;
  /** The place of the last label that came before. */
  readonly labelSeq: number;
  readonly labelsBefore: (time: number) => Promise<number>;
  readonly budgets: BudgetSeries;
  readonly champion: (reign: Reign) => Promise<Champion>;
}

/** Windows are added over stretches so long at least, ms, and so many of them in the shortest window that a budget is read over. */
const leastStretch = 1000;
const stretches = 5;

/**
 * Reads the record of a model from the beginning of the reign in which `since` is; null where no version has led yet.
 * @param onLost called where a champion cannot be compared with what it was accepted on
 */
export async function readMonitorRecord(
  records: { readonly registry: Registry; readonly store: ObjectStore },
  spec: ModelSpec,
  since: Date,
  now: number,
  onLost: (version: number, why: string) => void,
): Promise<MonitorRecord | null> {
  const { registry, store } = records;
  const { model } = spec;
  const history = await championHistory(registry, model);
  const reigns = history
    .map((leading, i): Reign => {
      const to = history[i + 1]?.since.getTime() ?? null;
      return { leading, from: leading.since.getTime(), to };
    })
    .filter(({ to }) => to === null || to > since.getTime());
  const from = reigns[0]?.from;
  if (from === undefined) return null;
  const labelSeq = await labelSeqBefore(registry, model, new Date(from));
  const champions = new Map<Reign, Promise<Champion>>();
  const references = new ChampionReferences(records);
  return {
    from,
    to: now,
    reigns,
    releases: await recordedReleases(registry, model),
    pauses: await recordedPauses(registry, model),
    answers: await NewestAnswers.open(store, model, from, now, predictionsWanted(spec)),
    labels: new JudgedLabels(store, model, new LabelWalk(registry, model, labelSeq)),
    labelSeq,
    labelsBefore: (time) => labelSeqBefore(registry, model, new Date(time)),
    budgets: new BudgetSeries(spec.monitor.budgets, await budgetWindowsOf(registry, spec, reigns, from, now)),
    champion(reign) {
      const known = champions.get(reign) ?? readChampion(records, references, spec, reign, onLost);
      champions.set(reign, known);
      return known;
    },
  };
}

async function readChampion(
  { registry, store }: { readonly registry: Registry; readonly store: ObjectStore },
  references: ChampionReferences,
  spec: ModelSpec,
  { leading }: Reign,
  onLost: (version: number, why: string) => void,
): Promise<Champion> {
  const version = await getVersion(registry, spec.model, leading.version);
  const reference = await references.get(version, spec).catch((error: unknown) => {
    onLost(version.version, error instanceof Error ? error.message : String(error));
    return nothingKnown;
  });
  const promotion = await readPromotion(registry, spec, version, leading);
  // Only these go by the accepted rows themselves.
  const asked = spec.monitor.preset === 'classic' || spec.monitor.drift.by === 'thresholds';
  if (!asked || version.datasetDigest === null || reference === nothingKnown)
    return { version, reference, accepted: null, promotion };
  const { uri } = await getDataset(registry, version.datasetDigest);
  const read = new Map<number, ReturnType<AcceptedRows>>();
  const accepted = (newest: number) => {
    const rows = read.get(newest) ?? readRows(store, uri, spec, { newest });
    read.set(newest, rows);
    return rows;
  };
  return { version, reference, accepted, promotion };
}

/** What champions answered in time, as finely as the policy's budgets need it; nothing where it has none that counts requests. */
async function budgetWindowsOf(
  registry: Registry,
  { model, monitor }: ModelSpec,
  reigns: readonly Reign[],
  from: number,
  to: number,
): Promise<WindowStretch[]> {
  const counted = monitor.budgets.filter((budget) => budgetTerms(budget).counted.of !== 'labels');
  if (counted.length === 0) return [];
  const lengths = counted.flatMap(budgetWindows);
  return windowSeries(registry, {
    model,
    versions: [...new Set(reigns.map(({ leading }) => leading.version))],
    roles: ['champion', 'outside'],
    sinceRevision: 0,
    from: from - Math.max(...lengths),
    to,
    length: Math.max(leastStretch, Math.floor(Math.min(monitor.every, Math.min(...lengths) / stretches))),
    withLatency: counted.some((budget) => budgetTerms(budget).counted.of === 'slow'),
  });
}
