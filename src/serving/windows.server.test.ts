import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { errorWindows } from '../registry/error-windows.ts';
import { sumBins, sumWindows, versionCosts, type WindowRow } from '../registry/windows.ts';
import { countErrors, nothingCounted } from '../rollout/capped-segments.ts';
import { referenceBins } from '../stats/reference-bins.ts';
import { latencyP99 } from './latency-sketch.ts';

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** The way to Postgres, which can be cut. */
class Way {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  port = 0;

  constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.#target.port), this.#target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
        one.pipe(other);
      }
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await closed;
  }
}

const reference = referenceBins(
  [
    { name: 'price', type: 'number', values: Float64Array.from({ length: 100 }, (_, i) => i / 100) },
    { name: 'region', type: 'category', values: Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? 'VIC' : 'NSW')) },
  ],
  Float64Array.from({ length: 100 }, (_, i) => i / 100),
);
const row = { price: 0.951, region: 'NSW' };

let bed: GatewayBed;
let url: string;
beforeEach(async () => {
  url = await createDatabase();
  bed = await GatewayBed.create(url);
});
afterEach(() => bed.close());

async function inForce(client: GatewayClient, revision: number, ...versions: number[]) {
  await until(async () => expect(await client.inForce(revision, ...versions)).toBe(true));
}

describe("a gateway's windows", () => {
  it('count rows in the bins of the reference that the version was registered with, and what they cost', async () => {
    const version = await bed.register(smallModel(), reference);
    const revision = await bed.setTraffic({ champion: version });
    const client = await bed.startGateway();
    await inForce(client, revision, version);
    await client.predict({ rows: [row, { price: null, region: 'WA' }, row] });
    await until(async () => expect(await sumWindows(bed.registry, { model: bed.model })).toMatchObject({ requests: 1, rows: 3 }));
    const { score, features } = await sumBins(bed.registry, { model: bed.model, version });
    const filled = (counts: number[]) => counts.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []));
    // Price has 20 ranges and then the missing ones; region NSW, VIC, others, missing.
    expect(filled(features)).toEqual([
      [19, 2],
      [20, 1],
      [21, 2],
      [23, 1],
    ]);
    expect(score.reduce((sum, count) => sum + count, 0)).toBe(3);
    const { latency } = await sumWindows(bed.registry, { model: bed.model, version });
    expect(latencyP99(latency)).toBeGreaterThan(0);
    await until(async () => expect((await versionCosts(bed.registry, bed.model))[0]?.rows).toBeGreaterThanOrEqual(3));
    const [cost] = await versionCosts(bed.registry, bed.model);
    expect(cost).toMatchObject({ version });
    expect(cost?.memoryBytes).toBeGreaterThan(0);
  });

  it('tell how many callers met a failing challenger, so that one broken caller is not many failures', async () => {
    const champion = await bed.register(smallModel(), reference);
    const challenger = await bed.register(smallModel({ failsAbove: 0.9 }), reference);
    const revision = await bed.setTraffic({ champion, challenger, share: 1 });
    const client = await bed.startGateway();
    await inForce(client, revision, champion, challenger);
    for (let i = 0; i < 4; i++) await client.predict({ row }, { key: 'broken' });
    await client.predict({ row }, { key: 'another' });
    await client.predict({ row });
    const counted = async () => {
      const rows = await errorWindows(bed.registry, { model: bed.model, champion, challenger, sinceRevision: revision });
      const failed = rows.map(({ role, ...window }) => ({ ...window, side: role, share: 0.5 }));
      return countErrors(nothingCounted, failed);
    };
    await until(async () => expect((await counted()).segments).toEqual([{ share: 0.5, championErrors: 0, challengerErrors: 3 }]));
    expect((await counted()).callers.size).toBe(2);
  });

  it('keep what the champion did for others than the two sides apart: who takes no part, and whom the challenger failed', async () => {
    const champion = await bed.register(smallModel({ failsAbove: 0.9 }), reference);
    const challenger = await bed.register(smallModel({ failsAbove: 0.9 }), reference);
    const revision = await bed.setTraffic({ champion, challenger, share: 0.5, segments: ['beta'] });
    const client = await bed.startGateway();
    await inForce(client, revision, champion, challenger);
    const good = { price: 0.1, region: 'NSW' };
    for (let i = 0; i < 5; i++) await client.predict({ row }, { key: `outsider ${i}` });
    await client.predict({ row: good, segment: 'staff' }, { key: 'outsider' });
    for (let i = 0; i < 12; i++) await client.predict({ row: i < 8 ? row : good, segment: 'beta' }, { key: `insider ${i}` });
    const by = async (role: WindowRow['role']) => {
      const { requests, errors } = await sumWindows(bed.registry, { model: bed.model, version: champion, roles: [role] });
      return { requests, errors };
    };
    const own = async () => sumWindows(bed.registry, { model: bed.model, version: challenger, roles: ['challenger'] });
    await until(async () => expect((await own()).requests + (await by('champion')).requests).toBe(12));
    const [sides, answered] = [await by('champion'), await own()];
    expect(sides.errors + answered.errors).toBe(8);
    expect(answered.errors).toBeGreaterThan(0);
    expect(sides.errors).toBeGreaterThan(0);
    // Outsiders, and the champion in the challenger's place, which fails as well.
    expect(await by('outside')).toEqual({ requests: 6 + answered.errors, errors: 5 + answered.errors });
    const rows = await errorWindows(bed.registry, { model: bed.model, champion, challenger, sinceRevision: revision });
    expect(rows.reduce((sum, { errors }) => sum + errors, 0)).toBe(8);
  });

  it('survive an absence of the registry together with a restart of the gateway, and count each request once', async () => {
    const way = new Way(url);
    await way.open();
    const version = await bed.register(smallModel(), reference);
    const revision = await bed.setTraffic({ champion: version });
    const first = await bed.startGateway({ registryUrl: way.url });
    await inForce(first, revision, version);
    const requests = async () => (await sumWindows(bed.registry, { model: bed.model })).requests;
    for (let i = 0; i < 5; i++) expect((await first.predict({ row })).status).toBe(200);
    await until(async () => expect(await requests()).toBe(5));
    await way.cut();
    for (let i = 0; i < 5; i++) expect((await first.predict({ row })).status).toBe(200);
    await until(async () => expect(await first.metrics()).toMatch(/pawl_spool_files\{spool="windows"\} [1-9]/));
    for (let i = 0; i < 5; i++) expect((await first.predict({ row })).status).toBe(200);
    await first.gateway?.close();
    expect(await requests()).toBe(5);
    await way.open();
    const second = await bed.startGateway({ registryUrl: way.url });
    await until(async () => expect(await requests()).toBe(15));
    await second.gateway?.close();
    expect(await requests()).toBe(15);
    await way.cut();
  });
});
