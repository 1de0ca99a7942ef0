import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createDatabaseIfMissing } from '../../infra/servers/postgres-server.ts';
import { migrate } from '../../src/registry/migrate.ts';
import { openRegistry } from '../../src/registry/registry.ts';

/**
 * A fresh database for one test file, with the registry's tables in it.
 * @param options.migrated false: leave it empty.
 * @returns its URL.
 */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await createDatabaseIfMissing(inject('registryUrl'), name);
  const url = `${inject('registryUrl')}/${name}`;
  if (options.migrated === false) return url;
  const registry = openRegistry(url);
  try {
    await migrate(registry);
  } finally {
    await registry.close();
  }
  return url;
}
