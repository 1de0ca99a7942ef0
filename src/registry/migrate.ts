import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { FinalError } from '../errors.ts';
import { packageFile } from '../package-root.ts';
import type { Registry } from './registry.ts';

/** Any fixed number: all migrators of pawl wait on the same lock. */
const lock = 7_034_712_001;

/**
 * Brings the registry's tables up to this code, one transaction a migration. Safe when two processes migrate at once: the
 * second waits and finds nothing to do. Returns the names of what was applied.
 * @throws FinalError PAWL_MIGRATION_CHANGED where an applied file no longer has the text it had, PAWL_REGISTRY_NEWER where
 * the registry holds migrations that this code does not know.
 */
export async function migrate(registry: Registry): Promise<string[]> {
  const files = await readMigrations();
  const client = await registry.pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lock]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ name: string; checksum: string }>('SELECT name, checksum FROM migrations');
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    check(files, applied);
    const done: string[] = [];
    for (const { name, text, checksum } of files) {
      if (applied.has(name)) continue;
      await client.query('BEGIN');
      try {
        await client.query(text);
        await client.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
      done.push(name);
    }
    return done;
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [lock]).catch(() => undefined);
    client.release();
  }
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

async function readMigrations(): Promise<Migration[]> {
  const folder = packageFile('src/registry/migrations');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${folder}/${name}`, 'utf8');
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
