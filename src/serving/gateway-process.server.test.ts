import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeashedProcess } from '../../infra/processes/leashed.ts';
import { freePort } from '../../infra/servers/free-port.ts';
import { GatewayBed, GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { packageFile } from '../package-root.ts';
import { liveGateways } from '../registry/gateways.ts';
import { readLabels } from '../registry/labels.ts';
import { sumWindows } from '../registry/windows.ts';

const row = { price: 0.95, region: 'NSW' };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
/** Nothing is shipped in this time: what a killed process had is on its disk alone. */
const longTime = '3600000';

let bed: GatewayBed;
let version: number;
const started: LeashedProcess[] = [];

/** The gateway as built, as a process of its own. */
async function startProcess(environment: Record<string, string> = {}, ...options: string[]) {
  const port = await freePort();
  const gateway = await LeashedProcess.start({
    command: process.execPath,
    args: ['--enable-source-maps', packageFile('dist/workers/gateway.js'), ...options],
    env: {
      ...process.env,
      PAWL_REGISTRY_URL: bed.registryUrl,
      PAWL_STORE_URL: pathToFileURL(join(bed.directory, 'store')).href,
      PAWL_GATEWAY_PORT: String(port),
      PAWL_GRPC_PORT: '0',
      PAWL_SPOOL_DIR: join(bed.directory, 'spool'),
      ...environment,
    },
    stopSignal: 'SIGTERM',
    logFile: join(bed.directory, 'gateway.log'),
  });
  started.push(gateway);
  const client = new GatewayClient(`http://127.0.0.1:${port}`, bed.model);
  await until(async () => expect(await client.inForce(1, version)).toBe(true));
  return { gateway, client };
}

beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
  version = await bed.register(smallModel());
  await bed.setTraffic({ champion: version });
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop(5000)));
  await bed.close();
});

describe('the gateway process', () => {
  it('ends with 0 at SIGTERM, after it has answered and shipped everything', async () => {
    const { gateway, client } = await startProcess({ PAWL_SEGMENT_MS: longTime, PAWL_WINDOW_MS: longTime });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => client.predict({ row, id: `id-${i}` })));
    await client.feedback({ id: 'id-0', label: 1 });
    expect(await gateway.stop(15_000)).toMatchObject({ code: 0 });
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect((await bed.logged()).length).toBe(20);
    expect((await sumWindows(bed.registry, { model: bed.model })).requests).toBe(20);
    expect((await readLabels(bed.registry, bed.model, ['id-0'])).size).toBe(1);
  });

  it('loses nothing that was older than the flush interval when it is killed: the next one ships it', async () => {
    const { gateway, client } = await startProcess({ PAWL_SEGMENT_MS: longTime });
    for (let i = 0; i < 20; i++) await client.predict({ row, id: `id-${i}` });
    await client.feedback({ id: 'id-0', label: 1 });
    await until(async () => expect(await client.metrics()).toContain('pawl_prediction_log_spooled_rows_total 20'));
    process.kill(gateway.pid, 'SIGKILL');
    await gateway.exited;
    expect(await bed.logged()).toEqual([]);

    await startProcess({ PAWL_SEGMENT_MS: longTime });
    await until(async () =>
      expect((await bed.logged()).map((one) => one.id).toSorted()).toEqual(
        Array.from({ length: 20 }, (_, i) => `id-${i}`).toSorted(),
      ),
    );
    await until(async () => expect((await readLabels(bed.registry, bed.model, ['id-0'])).size).toBe(1));
  });
});

describe('several processes on one port', () => {
  /** The names of the processes that answer, each asked over connections of its own. */
  async function processes(client: GatewayClient, atLeast: number): Promise<string[]> {
    const names = new Set<string>();
    await until(async () => {
      const response = await fetch(`${client.address}/v1/models`, { headers: { connection: 'close' } });
      names.add(((await response.json()) as { process: string }).process);
      expect(names.size).toBeGreaterThanOrEqual(atLeast);
    });
    return [...names].toSorted();
  }
  const reported = async () =>
    (await liveGateways(bed.registry, bed.model, 3000)).filter(({ revision }) => revision === 1).map(({ process }) => process);

  it('share the callers, answer for each other with their metrics, and ship everything at SIGTERM', async () => {
    const { gateway, client } = await startProcess({ PAWL_SEGMENT_MS: longTime, PAWL_WINDOW_MS: longTime }, '--processes', '2');
    const names = await processes(client, 2);
    expect(names).toHaveLength(2);
    await until(async () => expect((await reported()).toSorted()).toEqual(names));
    for (let i = 0; i < 20; i++) {
      const answer = await client.predict({ row, id: `id-${i}` }, { headers: { connection: 'close' } });
      expect(answer.status).toBe(200);
    }
    const metrics = await client.metrics();
    expect(metrics).toContain(`pawl_requests_total{model="electricity",version="${version}",role="champion"} 20`);
    expect(metrics).toContain('pawl_request_seconds_count{model="electricity"} 20');
    expect(metrics).toContain('pawl_traffic_revision{model="electricity"} 1');
    expect(await gateway.stop(15_000)).toMatchObject({ code: 0 });
    expect((await bed.logged()).length).toBe(20);
    expect((await sumWindows(bed.registry, { model: bed.model })).requests).toBe(20);
    expect(await reported()).toEqual([]);
  });

  it('are replaced when one of them ends, and the others answer meanwhile', async () => {
    const { client } = await startProcess({}, '--processes', '2');
    const before = await processes(client, 2);
    const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(before[0] ?? '')?.[1]);
    process.kill(pid, 'SIGKILL');
    const after = new Set<string>();
    await until(async () => {
      // Node.js loses a connection that it hands to a process in the moment of its death: a caller's timeout is what helps.
      const signal = AbortSignal.timeout(1000);
      const response = await fetch(`${client.address}/v1/models`, { headers: { connection: 'close' }, signal });
      after.add(((await response.json()) as { process: string }).process);
      expect([...after].filter((name) => !before.includes(name))).toHaveLength(1);
    });
    expect((await client.predict({ row })).status).toBe(200);
  });
});
