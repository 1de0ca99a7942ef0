import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Tables } from './tables.ts';

export interface Registry {
  readonly db: Kysely<Tables>;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

// Counts are bigint in Postgres; all of ours stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * A pool of connections to the registry; nothing is connected until the first query. A connection that Postgres drops while
 * idle is replaced at the next query.
 */
export function openRegistry(url: string): Registry {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5000, application_name: 'pawl' });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** A value for a jsonb column: pg would write an array as a Postgres array. */
export function json<T>(value: T) {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}
