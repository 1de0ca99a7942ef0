import { sql } from 'kysely';
import type { DrawnParams } from '../search/space.ts';
import { type DecisionRecord, getDecision } from './decisions.ts';
import { json, type Registry } from './registry.ts';

/** A trial at one rung: what it was given, and what it came to. */
export interface TrialRecord {
  readonly release: string;
  /** From 1. */
  readonly trial: number;
  /** From 0. */
  readonly rung: number;
  /** The values drawn; none where they are those of pawl.yaml. */
  readonly params: DrawnParams;
  /** Of its whole resource, 0 to 1. */
  readonly share: number;
  /** `67 trees`, `3,000 rows`; null while it is not known. */
  readonly resource: string | null;
  readonly state: 'running' | 'done' | 'failed' | 'stopped';
  /** Of the metric that is searched by; null unless done. */
  readonly score: number | null;
  /** Of training and scoring; null unless it has come to an end by itself. */
  readonly seconds: number | null;
  /** Why it failed. */
  readonly because: string | null;
  readonly beganAt: Date;
  readonly endedAt: Date | null;
}

/** Notes that a trial is in training; one whose worker was lost begins again. */
export async function beginTrial(
  registry: Registry,
  input: Pick<TrialRecord, 'release' | 'trial' | 'rung' | 'params' | 'share'>,
): Promise<void> {
  await registry.db
    .insertInto('trials')
    .values({ ...input, params: json(input.params), state: 'running', resource: null, ...noEnd })
    .onConflict((oc) => oc.columns(['release', 'trial', 'rung']).doUpdateSet({ state: 'running', ...noEnd }))
    .execute();
}

const noEnd = { score: null, seconds: null, because: null, ended_at: null };

/** Notes what it came to. */
export async function endTrial(
  registry: Registry,
  { release, trial, rung }: Pick<TrialRecord, 'release' | 'trial' | 'rung'>,
  end: Pick<TrialRecord, 'score' | 'because'> & Partial<Pick<TrialRecord, 'resource' | 'seconds'>>,
): Promise<void> {
  await registry.db
    .updateTable('trials')
    .set({ ...end, state: end.score === null ? 'failed' : 'done', ended_at: sql<Date>`clock_timestamp()` })
    .where('release', '=', release)
    .where('trial', '=', trial)
    .where('rung', '=', rung)
    .execute();
}

/** Closes those that are in training still: their search is over. */
export async function stopTrials(registry: Registry, release: string): Promise<void> {
  await registry.db
    .updateTable('trials')
    .set({ state: 'stopped', ended_at: sql<Date>`clock_timestamp()` })
    .where('release', '=', release)
    .where('state', '=', 'running')
    .execute();
}

/** What a release has tried before its training. */
export interface RecordedSearch {
  readonly release: string;
  /** By trial and rung. */
  readonly trials: readonly TrialRecord[];
  /** The decision that ended it; null before, and where it found nothing. */
  readonly choice: DecisionRecord | null;
}

/** Null where the release has tried nothing. */
export async function readSearch(registry: Registry, release: string): Promise<RecordedSearch | null> {
  const [trials, choice] = await Promise.all([listTrials(registry, release), getDecision(registry, `${release}/search/chosen`)]);
  return trials.length === 0 ? null : { release, trials, choice };
}

/** By trial and rung. */
export async function listTrials(registry: Registry, release: string): Promise<TrialRecord[]> {
  const rows = await registry.db
    .selectFrom('trials')
    .selectAll()
    .where('release', '=', release)
    .orderBy('trial')
    .orderBy('rung')
    .execute();
  return rows.map(({ began_at: beganAt, ended_at: endedAt, ...row }) => ({ ...row, beganAt, endedAt }));
}

/** The newest release of a model that has searched; null where none has. */
export async function lastSearch(registry: Registry, model: string): Promise<string | null> {
  const row = await registry.db
    .selectFrom('trials')
    .innerJoin('releases', 'releases.id', 'trials.release')
    .select('releases.id')
    .where('releases.model', '=', model)
    .orderBy('releases.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** How far a search is. */
export interface SearchProgress {
  /** That have begun. */
  readonly trials: number;
  readonly running: number;
  /** The best so far, in a sentence; null while none has a score. */
  readonly best: string | null;
}

/** How far the search of a release is, from its trials and what it told of them. */
export async function searchProgress(registry: Registry, release: string): Promise<SearchProgress> {
  const { trials, running } = await registry.db
    .selectFrom('trials')
    .select((eb) => [
      eb.fn.count<number>('trial').distinct().as('trials'),
      eb.fn.count<number>('trial').filterWhere('state', '=', 'running').as('running'),
    ])
    .where('release', '=', release)
    .executeTakeFirstOrThrow();
  const best = await registry.db
    .selectFrom('decisions')
    .select('because')
    .where('release', '=', release)
    .where('stage', '=', 'search')
    .where('action', '=', 'best')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { trials, running, best: best?.because ?? null };
}
