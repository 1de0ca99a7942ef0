import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { FinalError } from '../errors.ts';
import type { Registry } from './registry.ts';

/** Beside this file, in the sources and in dist/ alike. */
const folder = new URL('./migrations/', import.meta.url);

/** Any fixed number: all migrators of pawl wait on the same lock. */
const lock = 7_034_712_001;

/**
 * Brings the registry's tables up to this code, all or nothing, in one transaction. Safe when two processes migrate at once: the
 * second waits and finds nothing to do. Returns the names of what was applied, in order.
 * @throws FinalError PAWL_MIGRATION_CHANGED where an applied file no longer has the text it had, PAWL_REGISTRY_NEWER where
 * the registry holds migrations that this code does not know.
 */
export async function migrate(registry: Registry): Promise<string[]> {
  const files = await readMigrations();
  return registry.db.transaction().execute(async (work) => {
    await sql`SELECT pg_advisory_xact_lock(${lock})`.execute(work);
    await sql`CREATE TABLE IF NOT EXISTS migrations (
      name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`.execute(work);
    const { rows } = await sql<{ name: string; checksum: string }>`SELECT name, checksum FROM migrations`.execute(work);
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    check(files, applied);
    const missing = files.filter(({ name }) => !applied.has(name));
    for (const { name, text, checksum } of missing) {
      await sql.raw(text).execute(work);
      await sql`INSERT INTO migrations (name, checksum) VALUES (${name}, ${checksum})`.execute(work);
    }
    return missing.map(({ name }) => name);
  });
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

function check(files: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const unknown = [...applied.keys()].filter((name) => !files.some((file) => file.name === name));
  if (unknown.length > 0) {
    throw new FinalError(
      'PAWL_REGISTRY_NEWER',
      `The registry holds migrations that this pawl does not know: ${unknown.join(', ')}.`,
    );
  }
  const changed = files.filter((file) => applied.has(file.name) && applied.get(file.name) !== file.checksum);
  if (changed.length > 0) {
    throw new FinalError(
      'PAWL_MIGRATION_CHANGED',
      `Migrations were changed after they were applied: ${changed.map((file) => file.name).join(', ')}.`,
    );
  }
}
