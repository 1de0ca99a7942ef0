import { sql } from 'kysely';
import type { Registry } from './registry.ts';

/** What a gateway says of itself for one model. */
export interface GatewayReport {
  readonly process: string;
  readonly address: string;
  readonly model: string;
  /** The revision in force there. */
  readonly revision: number | null;
  /** Versions that are loaded and warm there. */
  readonly versions: readonly number[];
}

/** Replaces what the process said before. Those silent for a day are forgotten on the way. */
export async function reportGateway(registry: Registry, report: GatewayReport): Promise<void> {
  const { process, model, address, revision } = report;
  const now = sql<Date>`clock_timestamp()`;
  const versions = [...report.versions];
  await registry.db
    .with('silent', (db) => db.deleteFrom('gateways').where('reported_at', '<', sql<Date>`clock_timestamp() - interval '1 day'`))
    .insertInto('gateways')
    .values({ process, model, address, revision, versions })
    .onConflict((oc) => oc.columns(['process', 'model']).doUpdateSet({ address, revision, versions, reported_at: now }))
    .execute();
}

/** A process that stops in good order says so: nobody waits for its word any more. */
export async function forgetGateway(registry: Registry, process: string): Promise<void> {
  await registry.db.deleteFrom('gateways').where('process', '=', process).execute();
}

/** Those that reported within so many ms, by Postgres' clock. */
export async function liveGateways(registry: Registry, model: string, withinMs: number): Promise<GatewayReport[]> {
  return registry.db
    .selectFrom('gateways')
    .select(['process', 'address', 'model', 'revision', 'versions'])
    .where('model', '=', model)
    .where('reported_at', '>', sql<Date>`clock_timestamp() - ${withinMs} * interval '1 millisecond'`)
    .orderBy('process')
    .execute();
}
