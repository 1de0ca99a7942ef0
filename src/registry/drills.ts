import { type Selectable, sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { DrillEnd, Recovery, WayBack } from '../rollout/drill.ts';
import { withModelLocked } from './model-lock.ts';
import type { Registry } from './registry.ts';
import { json } from './registry.ts';
import type { Tables } from './tables.ts';
import { nextVersion } from './versions.ts';

/** A drill as it went. */
export interface DrillRecord {
  /** `<model>/<number>` */
  readonly release: string;
  readonly champion: number;
  /** The champion's copy; null where it came to none. */
  readonly version: number | null;
  /** Null while it runs. */
  readonly ended: DrillEnd | null;
  /** The rule that saw harm in the copy. */
  readonly rule: string | null;
  readonly because: string | null;
  readonly recovery: Recovery | null;
  readonly waysBack: readonly WayBack[];
  readonly beganAt: Date;
  readonly endedAt: Date | null;
}

/** Marks a release that is open as a drill of a champion. The same again changes nothing. */
export async function beginDrill(
  registry: Registry,
  { release, model, champion }: { readonly release: string; readonly model: string; readonly champion: number },
): Promise<void> {
  await registry.db
    .insertInto('drills')
    .values({ release, model, champion, ended: null, rule: null, recovery: json(null) })
    .onConflict((oc) => oc.column('release').doNothing())
    .execute();
}

/** Gives the artifact of a version a second number, for a drill. The same drill again gets the same number. */
export async function registerCopy(
  registry: Registry,
  { release, model, of }: { readonly release: string; readonly model: string; readonly of: number },
): Promise<{ version: number }> {
  return withModelLocked(registry, model, async (work) => {
    const mine = await work.selectFrom('versions').select('version').where('release', '=', release).executeTakeFirst();
    if (mine !== undefined) return mine;
    const original = await work
      .selectFrom('versions')
      .selectAll()
      .where('model', '=', model)
      .where('version', '=', of)
      .executeTakeFirst();
    if (original === undefined) throw new FinalError('PAWL_VERSION_NOT_FOUND', `The registry knows no v${of} of ${model}.`);
    const { created_at: _, params, metrics, gates, importances, reference, code, ...same } = original;
    const version = await nextVersion(work, model);
    await work
      .insertInto('versions')
      .values({
        ...same,
        version,
        release,
        copy_of: of,
        params: json(params),
        metrics: json(metrics),
        gates: json(gates),
        importances: json(importances),
        reference: json(reference),
        code: json(code),
      })
      .execute();
    return { version };
  });
}

/** Writes what a drill has shown. The first word stands. */
export async function endDrill(
  registry: Registry,
  input: { readonly release: string } & Pick<DrillRecord, 'rule' | 'recovery' | 'waysBack'> & { readonly ended: DrillEnd },
): Promise<void> {
  const { release, ended, rule, recovery, waysBack } = input;
  await registry.db
    .updateTable('drills')
    .set({ ended, rule, recovery: json(recovery), ways_back: json(waysBack) })
    .where('release', '=', release)
    .where('ended', 'is', null)
    .execute();
}

/** A model's drills, oldest first. One whose workflow was lost has failed. */
export async function listDrills(registry: Registry, model: string): Promise<DrillRecord[]> {
  const rows = await registry.db
    .selectFrom('drills as d')
    .innerJoin('releases as r', 'r.id', 'd.release')
    .leftJoin('versions as v', 'v.release', 'd.release')
    .selectAll('d')
    .select(['v.version', 'r.because', 'r.ended_at'])
    .where('d.model', '=', model)
    .orderBy('r.number')
    .execute();
  return rows.map(toRecord);
}

/** When the last window ended in which a version answered callers, ms since 1970 on a gateway's clock; null where it answered none. */
export async function lastAnswerOf(registry: Registry, model: string, version: number): Promise<number | null> {
  const { at } = await registry.db
    .selectFrom('windows')
    .select(sql<number | null>`(extract(epoch FROM max(ended_at)) * 1000)::float8`.as('at'))
    .where('model', '=', model)
    .where('version', '=', version)
    .where('role', '=', 'challenger')
    .where('requests', '>', 0)
    .executeTakeFirstOrThrow();
  return at;
}

/** The gateway processes that have counted callers under a revision or a later one. */
export async function countedSince(registry: Registry, model: string, revision: number): Promise<string[]> {
  const rows = await registry.db
    .selectFrom('windows')
    .select('process')
    .distinct()
    .where('model', '=', model)
    .where('revision', '>=', revision)
    .execute();
  return rows.map(({ process }) => process);
}

type Row = Selectable<Tables['drills']> & { version: number | null; because: string | null; ended_at: Date | null };

const toRecord = (row: Row): DrillRecord => ({
  release: row.release,
  champion: row.champion,
  version: row.version,
  ended: row.ended ?? (row.ended_at === null ? null : 'failed'),
  rule: row.rule,
  because: row.because,
  recovery: row.recovery,
  waysBack: row.ways_back,
  beganAt: row.began_at,
  endedAt: row.ended_at,
});
