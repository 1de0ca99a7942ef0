import { sql } from 'kysely';
import type { AttestationRecord } from './attestations.ts';
import type { ChampionRecord } from './champion.ts';
import type { Registry } from './registry.ts';
import { getRelease, type ReleaseRecord } from './releases.ts';
import type { EpochKind } from './traffic-epochs.ts';
import { getTrigger, type TriggerRecord } from './triggers.ts';

/** One stretch of time in which a version led. */
export interface Reign extends Omit<ChampionRecord, 'model'> {
  /** When the next one took the lead; null for the one that leads now. */
  readonly until: Date | null;
  /** That of the traffic revision that gave it the traffic, where there is one. */
  readonly operationId: string;
}

/** A decision on record. */
export interface Decided {
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly at: Date;
  /** The numbers that it was made on. */
  readonly evidence: unknown;
}

/** The traffic in force at a moment. */
export interface TrafficAt {
  readonly revision: number;
  /** Null: nobody answered, as after the withdrawal of a first version. */
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Fraction of the callers that the challenger answered. */
  readonly share: number;
  readonly shadowShare: number;
  readonly segments: readonly string[] | null;
  readonly because: string;
  readonly from: Date;
  /** When the next revision of the model was written; null for the one in force. */
  readonly until: Date | null;
  /** Who had the right to write it. */
  readonly writer: EpochKind;
}

/** Who was in charge of a model at a moment, who or what put it there, and on what evidence. */
export interface ChampionAt {
  readonly at: Date;
  /** Null before the first promotion. */
  readonly champion: Reign | null;
  /** Null before the first revision. */
  readonly traffic: TrafficAt | null;
  /** The decision that made it champion; null where a person did, past the rollout. */
  readonly decision: Decided | null;
  /** What a person asked, where that made it champion. */
  readonly request: { readonly action: string; readonly by: string; readonly reason: string; readonly askedAt: Date } | null;
  /** The release that made the version. */
  readonly release: ReleaseRecord | null;
  readonly trigger: TriggerRecord | null;
  readonly gates: Decided | null;
  readonly approval: Decided | null;
  /** What was signed when it was let into its rollout. */
  readonly attestation: Pick<AttestationRecord, 'keyid' | 'signedAt'> | null;
}

/** All reigns of a model, oldest first. */
export async function listReigns(registry: Registry, model: string): Promise<Reign[]> {
  const { rows } = await sql<Reign>`
    SELECT version, release, by, because, since, operation_id AS "operationId", lead(since) OVER (ORDER BY seq) AS until
    FROM champions WHERE model = ${model} ORDER BY seq`.execute(registry.db);
  return rows;
}

/** Read from histories that are only ever added to: for a moment that has passed the answer stays the same. */
export async function readChampionAt(registry: Registry, model: string, at: Date): Promise<ChampionAt> {
  const reigns = await listReigns(registry, model);
  const champion = reigns.findLast(({ since }) => since <= at) ?? null;
  const traffic = await trafficAt(registry, model, at);
  const nothing = { decision: null, request: null, release: null, trigger: null, gates: null, approval: null, attestation: null };
  if (champion === null) return { at, champion, traffic, ...nothing };
  const made = await registry.db
    .selectFrom('versions')
    .select('release')
    .where('model', '=', model)
    .where('version', '=', champion.version)
    .executeTakeFirst();
  const release = made?.release == null ? null : await getRelease(registry, made.release);
  const [trigger, decision, request, gates, approval, attestation] = await Promise.all([
    release === null ? null : getTrigger(registry, release.triggerId),
    // A decision bears the number of the operation that carries it out: `<run>/<n>`, and the last one is `<run>/<n>/end`.
    decided(registry, model, { key: champion.operationId.replace(/\/end$/, '') }),
    requestOf(registry, champion.operationId),
    release === null ? null : decided(registry, model, { key: `${release.id}/gates` }),
    release === null ? null : decided(registry, model, { approvalOf: release.id }),
    signedFor(registry, model, champion.version, at),
  ]);
  return { at, champion, traffic, decision, request, release, trigger, gates, approval, attestation };
}

async function trafficAt(registry: Registry, model: string, at: Date): Promise<TrafficAt | null> {
  const { rows } = await sql<TrafficAt>`
    SELECT t.revision, t.champion, t.challenger, t.share, t.shadow_share AS "shadowShare", t.segments, t.because,
      t.written_at AS "from", e.kind AS writer,
      (SELECT written_at FROM traffic_revisions WHERE model = t.model AND revision = t.revision + 1) AS until
    FROM traffic_revisions AS t JOIN traffic_epochs AS e ON e.model = t.model AND e.epoch = t.epoch
    WHERE t.model = ${model} AND t.written_at <= ${at} ORDER BY t.revision DESC LIMIT 1`.execute(registry.db);
  return rows[0] ?? null;
}

async function decided(
  registry: Registry,
  model: string,
  which: { readonly key: string } | { readonly approvalOf: string },
): Promise<Decided | null> {
  const query = registry.db
    .selectFrom('decisions')
    .select(['stage', 'action', 'because', 'at', 'evidence'])
    .where('model', '=', model);
  const row =
    'key' in which
      ? await query.where('key', '=', which.key).executeTakeFirst()
      : await query
          .where('release', '=', which.approvalOf)
          .where('workflow', '=', 'release')
          .where('stage', '=', 'approval')
          .where('action', '=', 'approve')
          .orderBy('seq', 'desc')
          .executeTakeFirst();
  return row ?? null;
}

async function requestOf(registry: Registry, operationId: string): Promise<ChampionAt['request']> {
  const row = await registry.db
    .selectFrom('operations')
    .select(['action', 'by', 'reason', 'asked_at as askedAt'])
    .where('request_id', '=', operationId)
    .executeTakeFirst();
  return row ?? null;
}

async function signedFor(registry: Registry, model: string, version: number, by: Date): Promise<ChampionAt['attestation']> {
  const row = await registry.db
    .selectFrom('attestations')
    .select(['keyid', 'signed_at as signedAt'])
    .where('model', '=', model)
    .where('version', '=', version)
    .where('stage', '=', 'released')
    .where('signed_at', '<=', by)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row ?? null;
}
