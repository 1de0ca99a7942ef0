import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { asRegistryError } from './postgres-errors.ts';
import type { Tables } from './tables.ts';

/**
 * The registry's database. Every function of this room rejects with a TransientError (PAWL_REGISTRY_UNAVAILABLE,
 * PAWL_REGISTRY_NOT_MIGRATED) where trying again later can help, and with FinalError PAWL_REGISTRY_REFUSED where Postgres
 * refuses a value.
 */
export interface Registry {
  readonly db: Kysely<Tables>;
  /** For what needs a connection of its own; its errors are Postgres' own. */
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** Postgres' counts are bigint; all of ours stay far below 2^53. */
const { builtins, getTypeParser } = pg.types;
const types: pg.CustomTypesConfig = {
  getTypeParser: (type, format) => (type === builtins.INT8 ? Number : getTypeParser(type, format)),
};

/**
 * A pool of connections to the registry; nothing is connected until the first query. A connection that Postgres drops is
 * replaced at the next query.
 */
export function openRegistry(url: string): Registry {
  const pool = new pg.Pool({
    connectionString: url,
    types,
    max: 10,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: 'pawl',
  });
  // Without listeners the loss of a connection would end the process, whether it is idle (the pool's event) or in use.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: telling(pool) }) });
  return { db, pool, close: () => db.destroy() };
}

/** A value for a json column: pg would write an array as a Postgres array. */
export function json<T>(value: T) {
  return sql<T>`${JSON.stringify(value) ?? 'null'}::json`;
}

/** The pool with pg's errors as pawl's. */
function telling(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch(rethrow);
      // Kysely knows a connection by its object, so the same client gets the same one.
      const known = clients.get(client) ?? tellingClient(client);
      clients.set(client, known);
      return known;
    },
  };
}

function tellingClient(client: pg.PoolClient): PostgresPoolClient {
  const query = (text: string, parameters: readonly unknown[]) => client.query(text, [...parameters]).catch(rethrow);
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release() };
}

function rethrow(error: unknown): never {
  throw asRegistryError(error);
}
