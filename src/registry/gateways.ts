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

export async function reportGateway(registry: Registry, report: GatewayReport): Promise<void> {
  const { process, model, address, revision } = report;
  const now = sql<Date>`clock_timestamp()`;
  const versions = [...report.versions];
  await registry.db
    .insertInto('gateways')
    .values({ process, model, address, revision, versions })
    .onConflict((oc) => oc.columns(['process', 'model']).doUpdateSet({ address, revision, versions, reported_at: now }))
    .execute();
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
