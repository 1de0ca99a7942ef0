import { sql } from 'kysely';
import type { DatasetRef } from '../data/dataset.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { listReigns, type Reign, type TrafficAt } from './champion-at.ts';
import { getDataset } from './datasets.ts';
import type { OperationRecord } from './operations.ts';
import type { Registry } from './registry.ts';
import { getRelease, type ReleaseRecord } from './releases.ts';
import { getSpec, type SpecRecord } from './specs.ts';
import { listSteps, type StepRecord } from './steps.ts';
import { readSearch, type RecordedSearch } from './trials.ts';
import { getTrigger, type TriggerRecord } from './triggers.ts';
import { getVersion, type VersionRecord } from './versions.ts';

/** What was decided in a release, in the order of its rows. */
export interface RecordedWord {
  readonly workflow: string;
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly at: Date;
  readonly evidence: unknown;
}

/** A revision that the rollout of a release wrote. */
export type RolloutRevision = Omit<TrafficAt, 'writer'>;

/** What a version did under one revision. */
export interface RevisionCounts {
  readonly revision: number;
  readonly version: number;
  /** Of callers who take part. */
  readonly answered: number;
  readonly errors: number;
  /** Asked beside another version. */
  readonly beside: number;
}

/** All that the registry has on record of one release. */
export interface ReleaseHistory {
  readonly release: ReleaseRecord;
  readonly trigger: TriggerRecord | null;
  readonly spec: SpecRecord;
  readonly dataset: DatasetRef | null;
  /** Null where it came to none. */
  readonly version: VersionRecord | null;
  readonly evaluation: Evaluation | null;
  readonly steps: readonly StepRecord[];
  /** Null where it tried no parameters before its training. */
  readonly search: RecordedSearch | null;
  readonly decisions: readonly RecordedWord[];
  /** What people asked while it ran. */
  readonly operations: readonly OperationRecord[];
  readonly revisions: readonly RolloutRevision[];
  readonly counts: readonly RevisionCounts[];
  /** Each time that its version led. */
  readonly reigns: readonly Reign[];
}

/** @throws FinalError PAWL_RELEASE_NOT_FOUND */
export async function readReleaseHistory(registry: Registry, id: string): Promise<ReleaseHistory> {
  const release = await getRelease(registry, id);
  const { model } = release;
  const [trigger, spec, dataset, version, steps, search, decisions, operations] = await Promise.all([
    getTrigger(registry, release.triggerId),
    getSpec(registry, model, release.specDigest),
    release.datasetDigest === null ? null : getDataset(registry, release.datasetDigest),
    release.version === null ? null : getVersion(registry, model, release.version),
    listSteps(registry, id),
    readSearch(registry, id),
    decisionsOf(registry, release),
    operationsDuring(registry, release),
  ]);
  const gates = decisions.find(({ workflow, stage }) => workflow === 'release' && stage === 'evaluate');
  const revisions = version === null ? [] : await revisionsOf(registry, release, version.version);
  return {
    release,
    trigger,
    spec,
    dataset,
    version,
    evaluation: (gates?.evidence as Evaluation | undefined) ?? null,
    steps,
    search,
    decisions,
    operations,
    revisions,
    counts: await countsUnder(registry, model, revisions),
    reigns: version === null ? [] : (await listReigns(registry, model)).filter((reign) => reign.version === version.version),
  };
}

async function decisionsOf(registry: Registry, { id }: ReleaseRecord): Promise<RecordedWord[]> {
  return registry.db
    .selectFrom('decisions')
    .select(['workflow', 'stage', 'action', 'because', 'at', 'evidence'])
    .where('release', '=', id)
    .orderBy('seq')
    .execute();
}

async function operationsDuring(
  registry: Registry,
  { id, model, startedAt, endedAt }: ReleaseRecord,
): Promise<OperationRecord[]> {
  const rows = await registry.db
    .selectFrom('operations')
    .selectAll()
    .where('model', '=', model)
    .where((eb) =>
      eb.or([
        eb('release', '=', id),
        eb.and([eb('asked_at', '>=', startedAt), ...(endedAt === null ? [] : [eb('asked_at', '<=', endedAt)])]),
      ]),
    )
    .orderBy('asked_at')
    .execute();
  return rows.map(({ request_id: requestId, asked_at: askedAt, finished_at: finishedAt, ...row }) => ({
    ...row,
    requestId,
    askedAt,
    finishedAt,
  }));
}

/** Those of the epoch that the release's rollout was given. */
async function revisionsOf(registry: Registry, { model, startedAt }: ReleaseRecord, version: number): Promise<RolloutRevision[]> {
  const { rows } = await sql<RolloutRevision>`
    WITH revisions AS (
      SELECT *, lead(written_at) OVER (ORDER BY revision) AS until FROM traffic_revisions WHERE model = ${model}
    )
    SELECT revision, champion, challenger, share, shadow_share AS "shadowShare", segments, because, written_at AS "from", until
    FROM revisions WHERE epoch = (
      SELECT t.epoch FROM traffic_revisions AS t
      JOIN traffic_epochs AS e ON e.model = t.model AND e.epoch = t.epoch AND e.kind IN ('rollout', 'drill')
      WHERE t.model = ${model} AND coalesce(t.challenger, t.champion) = ${version} AND t.written_at >= ${startedAt}
      ORDER BY t.revision LIMIT 1
    ) ORDER BY revision`.execute(registry.db);
  return rows;
}

async function countsUnder(registry: Registry, model: string, revisions: readonly RolloutRevision[]): Promise<RevisionCounts[]> {
  if (revisions.length === 0) return [];
  const { rows } = await sql<RevisionCounts>`
    SELECT revision, version,
      coalesce(sum(requests) FILTER (WHERE role IN ('champion', 'challenger')), 0)::float8 AS answered,
      coalesce(sum(errors) FILTER (WHERE role IN ('champion', 'challenger')), 0)::float8 AS errors,
      coalesce(sum(requests) FILTER (WHERE role = 'shadow'), 0)::float8 AS beside
    FROM windows WHERE model = ${model} AND revision = ANY(${revisions.map(({ revision }) => revision)}::integer[])
    GROUP BY revision, version ORDER BY revision, version`.execute(registry.db);
  return rows;
}
