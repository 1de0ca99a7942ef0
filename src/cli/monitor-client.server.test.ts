import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createDatabase } from '../../test/stack/postgres.ts';
import { openRegistry } from '../registry/registry.ts';
import { followRelease } from './follow-release.ts';
import { ask, hasTrigger, startMonitor } from './monitor-client.ts';

let client: Client;
const model = `unwatched-${randomUUID().slice(0, 8)}`;
const request = { by: 'ann', reason: 'to see' };

beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: inject('temporalAddress') }) });
});

afterAll(async () => {
  await client.workflow
    .getHandle(`monitor/${model}`)
    .terminate()
    .catch(() => undefined);
  await client.connection.close();
});

it('says that a model has no monitor', async () => {
  await expect(ask(client, model, 'pause', request)).rejects.toMatchObject({ code: 'PAWL_MONITOR_NOT_RUNNING' });
  expect(await hasTrigger(client, model, 'any')).toBe(false);
});

it('waits for a worker as long as it is told, and then says that none is there', async () => {
  await startMonitor(client, model, model);
  await expect(ask(client, model, 'pause', request, 300)).rejects.toMatchObject({ code: 'PAWL_WORKER_UNAVAILABLE' });
});

it('ends the wait for a trigger that the monitor let go', async () => {
  const registry = openRegistry(await createDatabase());
  const triggerId = randomUUID();
  const asked: string[] = [];
  const isKept = () => Promise.resolve(asked.push('') < 3);
  await expect(followRelease({ registry, model, triggerId, isKept, tell: () => undefined })).rejects.toMatchObject({
    code: 'PAWL_REQUEST_REFUSED',
  });
  expect(asked).toHaveLength(3);
  await registry.close();
});
