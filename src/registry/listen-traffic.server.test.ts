import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { listenTraffic } from './listen-traffic.ts';
import { openRegistry, type Registry } from './registry.ts';
import { trafficChannel } from './traffic-revisions.ts';

let registry: Registry;
beforeEach(async () => {
  registry = openRegistry(await createDatabase());
});
afterEach(() => registry.close());

const notify = () => sql`SELECT pg_notify(${trafficChannel}, 'electricity')`.execute(registry.db);
const until = (check: () => void) => vi.waitFor(check, 10_000);

describe('listening for traffic', () => {
  it('calls back once it listens and at each notification, until it is closed', async () => {
    let calls = 0;
    const listener = listenTraffic(registry, () => void calls++);
    await until(() => expect(calls).toBe(1));
    await notify();
    await until(() => expect(calls).toBe(2));
    await listener.close();
    await notify();
    expect(calls).toBe(2);
  });

  it('listens again after its connection was lost, and calls back for what it may have missed', async () => {
    let calls = 0;
    const listener = listenTraffic(registry, () => void calls++);
    await until(() => expect(calls).toBe(1));
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`.execute(
      registry.db,
    );
    await until(() => expect(calls).toBe(2));
    await notify();
    await until(() => expect(calls).toBe(3));
    await listener.close();
  });

  it('ends also while there is no registry to listen to', async () => {
    const away = openRegistry('postgres://nobody@127.0.0.1:1/nothing');
    const listener = listenTraffic(away, () => undefined);
    await listener.close();
    await expect(away.close()).resolves.toBeUndefined();
  });
});
