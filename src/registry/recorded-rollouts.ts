import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** A revision of a rollout, which is a step of it or moves a bandit's share within one, and the decision that ended it. */
export interface RecordedStep {
  readonly revision: number;
  /** When it was written, ms since 1970; all times here are. */
  readonly at: number;
  /** Fraction of the callers that the challenger was given. */
  readonly share: number;
  /** Fraction of the requests that the other side scored beside. */
  readonly shadowShare: number;
  /** Only callers of these took part; null: everybody. */
  readonly segments: readonly string[] | null;
  /** Null where no decision did: a newer epoch, a cancellation, or nothing yet. */
  readonly ended: RecordedDecision | null;
}

export interface RecordedDecision {
  /** `shadow`, `ramp 1`, `bake`. */
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly at: number;
  /** Of what it was decided on; false too where nothing is known of that. */
  readonly lapsed: boolean;
  readonly inForce: boolean | null;
}

/** What a person, or the monitor, said while a rollout ran. */
export interface RecordedWord {
  readonly action: 'promote' | 'rollback' | 'pause' | 'resume';
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** A rollout as it went. */
export interface RecordedRollout {
  readonly release: string;
  readonly version: number;
  /** Null for a model's first version. */
  readonly champion: number | null;
  /** At least one. */
  readonly steps: readonly [RecordedStep, ...RecordedStep[]];
  readonly words: readonly RecordedWord[];
  /** When it was over; null while it runs. */
  readonly endedAt: number | null;
}

interface Row {
  readonly epoch: number;
  readonly revision: number;
  readonly operation: string;
  readonly champion: number | null;
  readonly challenger: number | null;
  readonly share: number;
  readonly shadowShare: number;
  readonly segments: string[] | null;
  readonly at: number;
  readonly next: number | null;
  readonly stage: string | null;
  readonly action: string | null;
  readonly because: string | null;
  readonly decided: number | null;
  readonly lapsed: boolean | null;
  readonly inForce: boolean | null;
}

/** The rollouts that began at a time or later, in their order. */
export async function recordedRollouts(registry: Registry, model: string, since: Date): Promise<RecordedRollout[]> {
  // A decision bears the number of the operation that carries it out: see `endingKey` in why.ts.
  const { rows } = await sql<Row>`
    WITH revisions AS (
      SELECT *, (extract(epoch FROM written_at) * 1000)::float8 AS at,
        (extract(epoch FROM lead(written_at) OVER (ORDER BY revision)) * 1000)::float8 AS next
      FROM traffic_revisions WHERE model = ${model}
    )
    SELECT t.epoch, t.revision, t.operation_id AS operation, t.champion, t.challenger, t.share, t.shadow_share AS "shadowShare",
      t.segments, t.at, t.next, d.stage, d.action, d.because,
      (extract(epoch FROM d.at) * 1000)::float8 AS decided,
      (d.evidence ->> 'lapsed')::boolean AS lapsed, (d.evidence ->> 'inForce')::boolean AS "inForce"
    FROM revisions AS t
    JOIN traffic_epochs AS e ON e.model = t.model AND e.epoch = t.epoch AND e.kind = 'rollout'
    LEFT JOIN decisions AS d ON d.model = t.model AND t.operation_id ~ '/[0-9]+$'
      AND d.key = regexp_replace(t.operation_id, '[0-9]+$', '') || (substring(t.operation_id FROM '[0-9]+$')::bigint + 1)
    ORDER BY t.revision`.execute(registry.db);
  const releases = new Map(
    (await registry.db.selectFrom('versions').select(['version', 'release']).where('model', '=', model).execute()).map((row) => [
      row.version,
      row.release,
    ]),
  );
  const byEpoch = new Map<number, Row[]>();
  for (const row of rows) byEpoch.set(row.epoch, [...(byEpoch.get(row.epoch) ?? []), row]);
  const rollouts: RecordedRollout[] = [];
  for (const own of byEpoch.values()) {
    const isEnd = ({ operation }: Row) => operation.endsWith('/end');
    const [first, ...others] = own.filter((row) => !isEnd(row)).map(toStep);
    const version = own[0]?.challenger ?? own[0]?.champion ?? null;
    if (first === undefined || version === null || first.at < since.getTime()) continue;
    const endedAt = own.find(isEnd)?.at ?? own.at(-1)?.next ?? null;
    rollouts.push({
      release: releases.get(version) ?? '',
      version,
      champion: own[0]?.challenger === null ? null : (own[0]?.champion ?? null),
      steps: [first, ...others],
      words: await wordsBetween(registry, model, first.at, endedAt),
      endedAt,
    });
  }
  return rollouts;
}

function toStep({ stage, action, because, decided, lapsed, inForce, ...row }: Row): RecordedStep {
  const ended =
    stage === null || action === null || because === null || decided === null
      ? null
      : { stage, action, because, at: decided, lapsed: lapsed ?? false, inForce };
  const { revision, at, share, shadowShare, segments } = row;
  return { revision, at, share, shadowShare, segments, ended };
}

async function wordsBetween(registry: Registry, model: string, from: number, to: number | null): Promise<RecordedWord[]> {
  const rows = await registry.db
    .selectFrom('operations')
    .select(['action', 'by', 'reason', sql<number>`(extract(epoch FROM asked_at) * 1000)::float8`.as('at')])
    .where('model', '=', model)
    .where('action', 'in', ['promote', 'rollback', 'pause', 'resume'])
    .where('asked_at', '>=', new Date(from))
    .$if(to !== null, (query) => query.where('asked_at', '<', new Date(to ?? 0)))
    .where((eb) => eb.or([eb('because', 'is', null), eb('because', 'not like', 'Refused:%')]))
    .orderBy('asked_at')
    .execute();
  return rows.map(({ action, ...row }) => ({ ...row, action: action as RecordedWord['action'] }));
}
