import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { migrate } from './migrate.ts';
import { openRegistry, type Registry } from './registry.ts';
import { listModels } from './specs.ts';

let registry: Registry;
let url: string;
beforeEach(async () => {
  url = await createDatabase({ migrated: false });
  registry = openRegistry(url);
});
afterEach(() => registry.close());

describe('migrating', () => {
  it('applies every file in order, once', async () => {
    const done = await migrate(registry);
    expect(done).toEqual(done.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(done[0]).toBe('0001_models.sql');
    expect(await migrate(registry)).toEqual([]);
    expect(await listModels(registry)).toEqual([]);
  });

  it('is done by one of several that begin at the same moment, and the others find it done', async () => {
    const migrators = Array.from({ length: 4 }, () => openRegistry(url));
    const done = await Promise.all(migrators.map(migrate));
    await Promise.all(migrators.map((migrator) => migrator.close()));
    expect(done.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await migrate(registry)).toEqual([]);
  });

  it('leaves nothing behind when it fails in the middle', async () => {
    await sql`CREATE TABLE gateways (in_the_way integer)`.execute(registry.db);
    await expect(migrate(registry)).rejects.toThrow(/gateways/);
    await expect(listModels(registry)).rejects.toMatchObject({ code: 'PAWL_REGISTRY_NOT_MIGRATED', retryable: true });
    await sql`DROP TABLE gateways`.execute(registry.db);
    expect(await migrate(registry)).toContain('0001_models.sql');
  });

  it('refuses a file that was changed after it was applied, and names it', async () => {
    await migrate(registry);
    await sql`UPDATE migrations SET checksum = 'another' WHERE name = '0001_models.sql'`.execute(registry.db);
    await expect(migrate(registry)).rejects.toMatchObject({
      code: 'PAWL_MIGRATION_CHANGED',
      retryable: false,
      message: expect.stringContaining('0001_models.sql'),
    });
  });

  it('refuses a registry that a newer pawl has migrated', async () => {
    await migrate(registry);
    await sql`INSERT INTO migrations (name, checksum) VALUES ('9999_future.sql', '')`.execute(registry.db);
    await expect(migrate(registry)).rejects.toMatchObject({
      code: 'PAWL_REGISTRY_NEWER',
      retryable: false,
      message: expect.stringContaining('9999_future.sql'),
    });
  });
});
