import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../infra/servers/free-port.ts';
import { createDatabaseIfMissing, startPostgres, type PostgresServer } from '../../infra/servers/postgres-server.ts';
import { GatewayBed, type GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { readLabels } from '../registry/labels.ts';
import { migrate } from '../registry/migrate.ts';
import { openRegistry } from '../registry/registry.ts';
import { sumWindows } from '../registry/windows.ts';

const row = { price: 0.95, region: 'NSW' };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

/** A Postgres of this file's own, because it is stopped. */
let directory: string;
let port: number;
let postgres: PostgresServer;
let url: string;
let bed: GatewayBed;
let v1: number;
let v2: number;

const start = async () => {
  postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    port,
    logFile: join(directory, 'postgres.log'),
    settings: { fsync: 'off' },
  });
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-away-'));
  port = await freePort();
  await start();
  await createDatabaseIfMissing(postgres.url, 'pawl');
  url = `${postgres.url}/pawl`;
  const registry = openRegistry(url);
  await migrate(registry);
  await registry.close();
  bed = await GatewayBed.create(url);
  v1 = await bed.register(smallModel());
  v2 = await bed.register(smallModel({ flipped: true }));
});
afterAll(async () => {
  await bed.close();
  await postgres.process.stop(10_000);
  await rm(directory, { recursive: true });
});

describe('while Postgres is stopped', () => {
  it('a gateway that never saw the registry says so, and serves when it does', async () => {
    await bed.setTraffic({ champion: v1 });
    await postgres.process.stop(10_000);
    const client = await bed.startGateway({ spoolDirectory: join(bed.directory, 'new') });
    expect(await client.status('/healthz')).toBe(200);
    expect(await client.status('/readyz')).toBe(503);
    expect(await client.predict({ row })).toMatchObject({
      status: 503,
      retryAfter: '1',
      error: { code: 'PAWL_REGISTRY_UNAVAILABLE' },
    });
    await start();
    await until(async () => expect(await client.status('/readyz')).toBe(200));
    expect((await client.predict({ row })).status).toBe(200);
    await client.gateway?.close();
  });

  it('every request is answered, the lease still runs out, and nothing is lost once Postgres is back', async () => {
    const revision = await bed.setTraffic({ champion: v1, challenger: v2, share: 1, leaseMs: 4000 });
    const client = await bed.startGateway();
    await until(async () => expect(await client.inForce(revision, v1, v2)).toBe(true));

    const answers: { id: string; status: number; version: string | null }[] = [];
    let done = false;
    const load = (async () => {
      for (let i = 0; !done; i++) {
        const { status, version } = await client.predict({ row, id: `id-${i}` });
        answers.push({ id: `id-${i}`, status, version });
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    await until(() => expect(answers.some((answer) => answer.version === String(v2))).toBe(true));
    await postgres.process.stop(10_000);
    const stoppedAt = answers.length;
    expect(await client.feedback({ id: 'id-0', label: 1 })).toEqual({ status: 202, accepted: 1 });
    await until(async () => expect(await client.metrics()).toContain('pawl_registry_reachable 0'));
    // Nobody can renew and nobody can be asked: the gateway's own clock gives the champion everything again.
    await until(() => expect(answers.at(-1)?.version).toBe(String(v1)));
    expect(answers.length).toBeGreaterThan(stoppedAt);

    await start();
    await until(async () => expect(await client.metrics()).toContain('pawl_registry_reachable 1'));
    done = true;
    await load;
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
    await until(async () => expect(await readLabels(bed.registry, bed.model, ['id-0'])).toEqual(new Map([['id-0', '1']])));
    await until(async () =>
      expect((await sumWindows(bed.registry, { model: bed.model, revision })).requests).toBe(answers.length),
    );
    await until(async () => expect((await bed.logged()).filter((one) => one.revision === revision)).toHaveLength(answers.length));
    await client.gateway?.close();
  });

  it('a gateway starts from its local cache, with the champion alone, and catches up when Postgres is back', async () => {
    const revision = await bed.setTraffic({ champion: v1, challenger: v2, share: 1, leaseMs: 3_600_000 });
    const spoolDirectory = join(bed.directory, 'cached');
    const before = await bed.startGateway({ spoolDirectory });
    await until(async () => expect(await before.inForce(revision, v1, v2)).toBe(true));
    await until(async () => expect((await before.predict({ row })).version).toBe(String(v2)));
    await before.gateway?.close();
    await postgres.process.stop(10_000);
    // The object store is away too.
    const store = Object.assign(Object.create(bed.store) as typeof bed.store, { get: () => Promise.reject(new Error('away')) });
    const client: GatewayClient = await bed.startGateway({ spoolDirectory, store });
    await until(async () => expect(await client.predict({ row })).toMatchObject({ status: 200, version: String(v1) }));
    expect((await client.predict({ row })).version).toBe(String(v1));
    await start();
    await until(async () => expect((await client.predict({ row })).version).toBe(String(v2)));
    await client.gateway?.close();
  });
});
