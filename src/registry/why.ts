import { sql } from 'kysely';
import type { GateResult } from '../evaluation/gate-result.ts';
import type { Registry } from './registry.ts';
import { type ReleaseRecord, getRelease } from './releases.ts';
import type { RevisionRecord } from './traffic.ts';
import type { EpochKind } from './traffic-epochs.ts';
import { type TriggerRecord, getTrigger } from './triggers.ts';
import { listVersions, type VersionRecord } from './versions.ts';

/** A decision or a person's word, as it was recorded. */
export interface Word {
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly at: Date;
}

/** The traffic that was in force when a request arrived. */
export interface TrafficThen extends Pick<
  RevisionRecord,
  'revision' | 'champion' | 'challenger' | 'share' | 'shadowShare' | 'salt' | 'because' | 'writtenAt'
> {
  readonly segments: readonly string[] | null;
  /** When the next revision was written; null for the one in force now. */
  readonly until: Date | null;
  /** Who had the right to write it. */
  readonly writer: EpochKind;
  /** What ended it, which also names the step of the rollout that it was; null where nothing has yet, or no rollout had it. */
  readonly ended: Word | null;
  /** It is a step of a rollout, not the end of one. */
  readonly isStep: boolean;
}

/** When and why a version became champion. */
export interface ChampionMoved {
  readonly by: string;
  readonly because: string;
  readonly since: Date;
}

/** Everything that the registry knows of how an answer came about. */
export interface Provenance {
  readonly label: { readonly label: string; readonly observedAt: Date | null; readonly receivedAt: Date } | null;
  /** Null where the registry does not know the revision. */
  readonly traffic: TrafficThen | null;
  /** Null for the default answer, which no version gave. */
  readonly version: Omit<VersionRecord, 'model'> | null;
  /** The release that made the version; null where none did. */
  readonly release: ReleaseRecord | null;
  /** Why that release ran. */
  readonly trigger: TriggerRecord | null;
  readonly gates: readonly GateResult[];
  /** What people said where an approval was asked for, in order. */
  readonly approval: readonly Word[];
  /** What its rollout decided, in order. */
  readonly decisions: readonly Word[];
  /** Each time that the version became champion, in order. */
  readonly championSince: readonly ChampionMoved[];
}

/** Reads it for one logged answer: `version` is 0 for the default answer. */
export async function readProvenance(
  registry: Registry,
  answer: { readonly model: string; readonly id: string; readonly version: number; readonly revision: number },
): Promise<Provenance> {
  const { model } = answer;
  const version = answer.version === 0 ? null : await findVersion(registry, model, answer.version);
  const release = version?.release == null ? null : await getRelease(registry, version.release);
  const words = release === null ? [] : await wordsOf(registry, model, release.id);
  const [label, traffic, trigger, championSince] = await Promise.all([
    readLabel(registry, model, answer.id),
    readTraffic(registry, model, answer.revision),
    release === null ? null : getTrigger(registry, release.triggerId),
    readMoves(registry, model, answer.version),
  ]);
  return {
    label,
    traffic,
    version,
    release,
    trigger,
    gates: version?.gates ?? [],
    approval: words.filter(({ workflow, stage }) => workflow === 'release' && stage === 'approval').map(toWord),
    decisions: words.filter(({ workflow }) => workflow === 'rollout').map(toWord),
    championSince,
  };
}

/** The models that have a label for a prediction, whether it was ever logged or not. */
export async function modelsLabelled(registry: Registry, models: readonly string[], predictionId: string): Promise<string[]> {
  const rows = await registry.db
    .selectFrom('labels')
    .select('model')
    .where('model', '=', sql<string>`ANY(${[...models]}::text[])`)
    .where('prediction_id', '=', predictionId)
    .orderBy('model')
    .execute();
  return rows.map(({ model }) => model);
}

async function findVersion(registry: Registry, model: string, version: number): Promise<Omit<VersionRecord, 'model'> | null> {
  const found = (await listVersions(registry, model)).find((one) => one.version === version);
  return found ?? null;
}

async function readLabel(registry: Registry, model: string, predictionId: string): Promise<Provenance['label']> {
  const row = await registry.db
    .selectFrom('labels')
    .select(['label', 'observed_at as observedAt', 'received_at as receivedAt'])
    .where('model', '=', model)
    .where('prediction_id', '=', predictionId)
    .executeTakeFirst();
  return row ?? null;
}

async function readMoves(registry: Registry, model: string, version: number): Promise<ChampionMoved[]> {
  return registry.db
    .selectFrom('champions')
    .select(['by', 'because', 'since'])
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('seq')
    .execute();
}

async function readTraffic(registry: Registry, model: string, revision: number): Promise<TrafficThen | null> {
  const rows = await registry.db
    .selectFrom('traffic_revisions as t')
    .innerJoin('traffic_epochs as e', (join) => join.onRef('e.model', '=', 't.model').onRef('e.epoch', '=', 't.epoch'))
    .selectAll('t')
    .select('e.kind')
    .where('t.model', '=', model)
    .where('t.revision', 'in', [revision, revision + 1])
    .orderBy('t.revision')
    .execute();
  const [row, next] = rows;
  if (row?.revision !== revision) return null;
  const key = row.kind === 'rollout' || row.kind === 'drill' ? endingKey(row.operation_id) : null;
  const ended = key === null ? undefined : await decision(registry, model, key);
  return {
    revision,
    champion: row.champion,
    challenger: row.challenger,
    share: row.share,
    shadowShare: row.shadow_share,
    salt: row.salt,
    segments: row.segments ?? null,
    because: row.because,
    writtenAt: row.written_at,
    until: next?.written_at ?? null,
    writer: row.kind,
    isStep: key !== null,
    ended: ended === undefined ? null : toWord(ended),
  };
}

/**
 * The key of the decision that ended the step which an operation of a rollout began. Operations count as `<run>/<n>`, and a
 * decision bears the number of the operation that carries it out. Null for `<run>/<n>/end`, which begins no step.
 */
function endingKey(operationId: string): string | null {
  const match = /^(.*)\/(\d+)$/.exec(operationId);
  return match === null ? null : `${match[1]}/${Number(match[2]) + 1}`;
}

const wordColumns = ['workflow', 'stage', 'action', 'because', 'at'] as const;

async function decision(registry: Registry, model: string, key: string) {
  return registry.db
    .selectFrom('decisions')
    .select(wordColumns)
    .where('model', '=', model)
    .where('key', '=', key)
    .executeTakeFirst();
}

async function wordsOf(registry: Registry, model: string, release: string) {
  return registry.db
    .selectFrom('decisions')
    .select(wordColumns)
    .where('model', '=', model)
    .where('release', '=', release)
    .orderBy('seq')
    .execute();
}

const toWord = ({ stage, action, because, at }: Word): Word => ({ stage, action, because, at });
