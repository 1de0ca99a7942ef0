import { readFileSync } from 'node:fs';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeashedProcess } from '../infra/processes/leashed.ts';
import { runPawl } from '../infra/processes/pawl-command.ts';
import { freePort } from '../infra/servers/free-port.ts';
import { packageFile } from '../src/package-root.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { readLabels } from '../src/registry/labels.ts';
import { sumWindows } from '../src/registry/windows.ts';
import { GatewayBed, GatewayClient } from './serving/gateway-bed.ts';
import { smallModel } from './serving/small-model.ts';
import { createDatabase } from './stack/postgres.ts';

const row = { price: 0.95, region: 'NSW' };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

let bed: GatewayBed;
let champion: number;
let bundle: string;
let manifest: unknown;
const started: LeashedProcess[] = [];

const services = () => ({
  PAWL_REGISTRY_URL: bed.registryUrl,
  PAWL_STORE_URL: pathToFileURL(join(bed.directory, 'store')).href,
});

/** The gateway as built, from the bundle, with nothing in its environment but what is given. */
async function start(environment: Record<string, string>, ...options: string[]) {
  const port = await freePort();
  const { PATH = '' } = process.env;
  const gateway = await LeashedProcess.start({
    command: process.execPath,
    args: [packageFile('dist/workers/gateway.js'), '--bundle', bundle, ...options],
    env: {
      PATH,
      PAWL_GATEWAY_PORT: String(port),
      PAWL_GRPC_PORT: String(await freePort()),
      PAWL_SEGMENT_MS: '200',
      PAWL_WINDOW_MS: '200',
      ...environment,
    },
    stopSignal: 'SIGTERM',
    logFile: log(),
  });
  started.push(gateway);
  return { gateway, client: new GatewayClient(`http://127.0.0.1:${port}`, bed.model) };
}

const log = () => join(bed.directory, 'gateway.log');
const ready = (client: GatewayClient) =>
  until(async () => expect(await client.status('/readyz').catch(() => 0), readFileSync(log(), 'utf8')).toBe(200));

beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
  const former = await bed.register(smallModel());
  champion = await bed.register(smallModel({ flipped: true }));
  for (const version of [former, champion])
    await moveChampion(bed.registry, {
      model: bed.model,
      version,
      release: null,
      by: 'tests',
      because: 'a test',
      operationId: `champion-${version}`,
    });
  await bed.setTraffic({ champion });
  const made = join(bed.directory, 'made');
  const command = await runPawl(services(), ['bundle', bed.model, '--out', made]);
  if (command.code !== 0) throw new Error(command.stderr);
  manifest = command.value;
  // It works in another place than where it was made.
  bundle = join(bed.directory, 'moved');
  await rename(made, bundle);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop(5000)));
  await bed.close();
});

describe('a gateway on a bundle', () => {
  it('serves with no other service named, and sends what has waited once there are some', async () => {
    expect(manifest).toMatchObject({ model: bed.model, champion: { version: champion }, former: { version: champion - 1 } });
    const alone = await start({});
    await ready(alone.client);
    expect(await alone.client.predict({ row, id: 'a' })).toMatchObject({
      status: 200,
      predictions: [{ prediction: '0', version: champion }],
    });
    expect(await alone.client.feedback({ id: 'a', label: 0 })).toMatchObject({ status: 202 });
    expect(await alone.gateway.stop(30_000)).toMatchObject({ code: 0 });

    const away = await start({
      PAWL_REGISTRY_URL: `postgres://127.0.0.1:${await freePort()}/pawl`,
      PAWL_STORE_URL: 's3://nowhere/there',
      PAWL_S3_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    });
    await ready(away.client);
    expect(await away.client.predict({ row, id: 'b' })).toMatchObject({ status: 200, version: String(champion) });
    expect(await away.client.feedback({ id: 'b', label: 1 })).toMatchObject({ status: 202 });
    expect(await away.gateway.stop(60_000)).toMatchObject({ code: 0 });
    expect(await bed.logged()).toEqual([]);

    const back = await start(services());
    await ready(back.client);
    await until(async () => expect((await bed.logged()).map(({ id }) => id).toSorted()).toEqual(['a', 'b']));
    await until(async () =>
      expect(await readLabels(bed.registry, bed.model, ['a', 'b'])).toEqual(
        new Map([
          ['a', '0'],
          ['b', '1'],
        ]),
      ),
    );
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model, version: champion })).toMatchObject({ requests: 2, errors: 0 }),
    );
    await until(async () => expect(await back.client.inForce(1, champion)).toBe(true));
  });

  it('goes by the registry where it reaches it, and by what it learned there when it is away again', async () => {
    const next = await bed.register(smallModel({ failsAbove: 2 }));
    const revision = await bed.setTraffic({ champion: next });
    const first = await start(services());
    await until(async () => expect(await first.client.inForce(revision, next).catch(() => false)).toBe(true));
    expect(await first.gateway.stop(30_000)).toMatchObject({ code: 0 });
    const second = await start({});
    await ready(second.client);
    expect((await second.client.predict({ row })).version).toBe(String(next));
  });

  it('serves with several processes, and sends what all of them have waited with', async () => {
    const alone = await start({}, '--processes', '2');
    await ready(alone.client);
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
    for (const id of ids) expect((await alone.client.predict({ row, id })).status).toBe(200);
    expect(await alone.gateway.stop(30_000)).toMatchObject({ code: 0 });
    const back = await start(services());
    await ready(back.client);
    await until(async () => expect((await bed.logged()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted()));
  });

  it('is not started on a damaged one: the error names the file', async () => {
    const [artifact = ''] = (await readdir(join(bundle, 'cache'))).filter((name) => name.endsWith('.onnx'));
    await writeFile(join(bundle, 'cache', artifact), 'damaged');
    const { gateway } = await start({});
    expect((await gateway.exited).code).toBe(1);
    const lines = readFileSync(log(), 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 'fatal',
      err: { code: 'PAWL_BUNDLE_DAMAGED', problems: [{ subject: `cache/${artifact}` }] },
    });
  });
});
