import { sql } from 'kysely';
import type { DriftReport } from '../monitoring/drift-report.ts';
import { json, type Registry } from './registry.ts';

const keptDays = 30;

/** Puts on record what a look saw, in place of an earlier one at the same predictions, and drops what is too old. */
export async function writeDriftReport(registry: Registry, model: string, report: DriftReport): Promise<void> {
  const { newest, version } = report;
  const at = new Date(report.at);
  const row = { at, version, report: json(report) };
  await registry.db
    .insertInto('drift_reports')
    .values({ model, newest, ...row })
    .onConflict((oc) => oc.columns(['model', 'newest']).doUpdateSet(row))
    .execute();
  const oldest = new Date(report.at - keptDays * 86_400_000);
  await registry.db.deleteFrom('drift_reports').where('model', '=', model).where('at', '<', oldest).execute();
}

/** Of the newest look; null before the first. */
export async function newestDriftReport(registry: Registry, model: string): Promise<DriftReport | null> {
  const row = await registry.db
    .selectFrom('drift_reports')
    .select('report')
    .where('model', '=', model)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.report ?? null;
}

/** Of the newest look at each model that has been looked at. */
export async function newestDriftReports(
  registry: Registry,
): Promise<{ readonly model: string; readonly report: DriftReport }[]> {
  const { rows } = await sql<{ model: string; report: DriftReport }>`
    SELECT name AS model, newest.report FROM models,
      LATERAL (SELECT report FROM drift_reports WHERE model = name ORDER BY at DESC LIMIT 1) AS newest
    ORDER BY name`.execute(registry.db);
  return rows;
}
