import { formatError, PawlError } from '../../src/errors.ts';
import { migrate } from '../../src/registry/migrate.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import { readSettings } from '../../src/settings.ts';

// Brings the registry up to date and ends: a deployment runs it before its workers and gateways start.
try {
  const registry = openRegistry(readSettings(process.env).PAWL_REGISTRY_URL);
  try {
    const applied = await migrate(registry);
    console.log(applied.length === 0 ? 'The registry is up to date.' : `Applied ${applied.join(', ')}.`);
  } finally {
    await registry.close();
  }
} catch (error) {
  console.error(error instanceof PawlError ? formatError(error) : error);
  process.exitCode = 1;
}
