import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { openRegistry, type Registry } from './registry.ts';
import { listModels } from './specs.ts';

let url: string;
let registry: Registry;
let other: pg.Client;
beforeAll(async () => {
  url = await createDatabase();
  registry = openRegistry(url);
  other = new pg.Client({ connectionString: url });
  await other.connect();
});
afterAll(async () => {
  await registry.close();
  await other.end();
});

/** What a restart of Postgres does to every connection of the registry. */
const dropConnections = () =>
  other.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pawl' AND datname = current_database()",
  );

describe('the registry', () => {
  it('goes on after Postgres has dropped its idle connections', async () => {
    await Promise.all(Array.from({ length: 4 }, () => listModels(registry)));
    const { rowCount } = await dropConnections();
    expect(rowCount).toBeGreaterThan(0);
    // The first queries may still meet a connection that is gone; no more than there were.
    let failures = 0;
    for (let tries = 0; tries < 5; tries++) {
      try {
        expect(await listModels(registry)).toEqual([]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'PAWL_REGISTRY_UNAVAILABLE', retryable: true });
        failures++;
      }
    }
    expect(failures).toBeLessThan(5);
    expect(await listModels(registry)).toEqual([]);
  });

  it('survives the loss of a connection in use, and undoes its transaction', async () => {
    const attempt = registry.db.transaction().execute(async (work) => {
      await sql`CREATE TABLE half_done (x integer)`.execute(work);
      await dropConnections();
      await sql`SELECT 1`.execute(work);
    });
    await expect(attempt).rejects.toMatchObject({ code: 'PAWL_REGISTRY_UNAVAILABLE' });
    const { rows } = await sql<{ found: string | null }>`SELECT to_regclass('half_done') AS found`.execute(registry.db);
    expect(rows).toEqual([{ found: null }]);
  });

  it('says that it is unavailable where nothing answers, no such database is there, or the password is wrong', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong';
    for (const place of ['postgres://pawl@127.0.0.1:1/x', `${url}_missing`, wrong.href]) {
      const away = openRegistry(place);
      await expect(listModels(away)).rejects.toMatchObject({ code: 'PAWL_REGISTRY_UNAVAILABLE', retryable: true });
      await away.close();
    }
  });

  it('reads counts as numbers', async () => {
    const { rows } = await sql`SELECT 5::bigint AS count, ARRAY[1.5, 2]::float8[] AS bins`.execute(registry.db);
    expect(rows).toEqual([{ count: 5, bins: [1.5, 2] }]);
  });
});
