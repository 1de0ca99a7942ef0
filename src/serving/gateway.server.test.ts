import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { liveGateways } from '../registry/gateways.ts';
import { readLabels } from '../registry/labels.ts';
import { sumWindows } from '../registry/windows.ts';

const upright = smallModel();
const flipped = smallModel({ flipped: true });

let bed: GatewayBed;
let client: GatewayClient;
let v1: number;
let v2: number;
const high = { price: 0.95, region: 'NSW' };
const low = { price: 0.05, region: 'VIC' };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

async function inForce(...given: Parameters<GatewayClient['inForce']>) {
  await until(async () => expect(await client.inForce(...given)).toBe(true));
}

beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
  v1 = await bed.register(upright);
  v2 = await bed.register(flipped);
});
afterEach(() => bed.close());

describe('a gateway with a champion', () => {
  beforeEach(async () => {
    const revision = await bed.setTraffic({ champion: v1 });
    client = await bed.startGateway();
    await inForce(revision, v1);
  });

  it('answers one row and many, with the version, the class and its probability', async () => {
    const one = await client.predict({ row: high, id: 'mine' });
    expect(one).toMatchObject({ status: 200, version: String(v1), predictions: [{ id: 'mine', prediction: '1', version: v1 }] });
    expect(one.predictions[0]?.score).toBeGreaterThan(0.5);
    const many = await client.predict({ rows: [high, low, { price: null, region: null }] });
    expect(many.predictions.map((one) => one.prediction).slice(0, 2)).toEqual(['1', '0']);
    expect(new Set(many.predictions.map((one) => one.id)).size).toBe(3);
  });

  it('answers requests that arrive at once each with its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => client.predict({ row: i % 2 === 0 ? high : low, id: `id-${i}` })),
    );
    expect(answers.map((answer) => answer.predictions[0]?.id)).toEqual(Array.from({ length: 60 }, (_, i) => `id-${i}`));
    expect(answers.every((answer, i) => answer.predictions[0]?.prediction === (i % 2 === 0 ? '1' : '0'))).toBe(true);
  });

  it('is ready, says what it serves, and reports it to the registry', async () => {
    expect(await client.status('/readyz')).toBe(200);
    expect(await client.status('/healthz')).toBe(200);
    expect(await client.described()).toMatchObject({ revision: 1, champion: v1, challenger: null, versions: [v1], ready: true });
    await until(async () =>
      expect(await liveGateways(bed.registry, bed.model, 5000)).toMatchObject([
        { revision: 1, versions: [v1], address: client.address },
      ]),
    );
  });

  it('refuses a row with all of its mistakes and their columns, and logs nothing of it as a prediction', async () => {
    const answer = await client.predict({ row: { price: 'high', colour: 1 } });
    expect(answer).toMatchObject({ status: 422, error: { code: 'PAWL_ROW_INVALID' } });
    expect(answer.error?.problems.map((problem) => problem.subject)).toEqual(['price', 'region', 'colour']);
    expect((await client.predict({ rows: [high, { ...high, price: true }] })).error?.problems[0]?.message).toMatch(/^Row 2: /);
    await client.predict({ row: high, id: 'good' });
    await until(async () => expect((await bed.logged()).map((row) => row.id)).toEqual(['good']));
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model })).toMatchObject({ requests: 1, callerFaults: 2, errors: 0 }),
    );
    expect(await client.metrics()).toContain('pawl_caller_faults_total{code="PAWL_ROW_INVALID"} 2');
  });

  it('answers 404 for a model that nobody applied', async () => {
    expect(await client.predict({ row: high }, { model: 'unknown' })).toMatchObject({
      status: 404,
      error: { code: 'PAWL_MODEL_NOT_FOUND' },
    });
  });

  it('logs every prediction with the row as it came, and counts it in the windows', async () => {
    await client.predict({ row: { ...high, region: null }, id: 'a' }, { key: 'customer' });
    await until(async () =>
      expect(await bed.logged()).toMatchObject([
        {
          id: 'a',
          version: v1,
          revision: 1,
          role: 'champion',
          key: 'customer',
          prediction: '1',
          row: { price: 0.95, region: null },
        },
      ]),
    );
    await until(async () =>
      expect((await sumWindows(bed.registry, { model: bed.model, version: v1, roles: ['champion'] })).requests).toBe(1),
    );
  });

  it('takes labels, and the first one stands however often they are sent', async () => {
    expect(await client.feedback({ id: 'a', label: 1 })).toEqual({ status: 202, accepted: 1 });
    await until(async () => expect(await readLabels(bed.registry, bed.model, ['a'])).toEqual(new Map([['a', '1']])));
    expect(
      await client.feedback({
        labels: [
          { id: 'a', label: '0' },
          { id: 'b', label: '0', at: '2024-01-01T00:00:00Z' },
        ],
      }),
    ).toEqual({ status: 202, accepted: 2 });
    await until(async () =>
      expect(await readLabels(bed.registry, bed.model, ['a', 'b'])).toEqual(
        new Map([
          ['a', '1'],
          ['b', '0'],
        ]),
      ),
    );
    await until(async () => expect(await client.metrics()).toContain(`pawl_labels_conflicting_total{model="${bed.model}"} 1`));
    expect((await client.feedback({ id: 'c', label: 'up' })).status).toBe(422);
  });

  it('puts a new champion in force within a second without failing one request', async () => {
    let failed = 0;
    let done = false;
    const load = (async () => {
      while (!done) if ((await client.predict({ row: high })).status !== 200) failed++;
    })();
    const revision = await bed.setTraffic({ champion: v2 });
    await inForce(revision, v2);
    await until(async () => expect((await client.predict({ row: high })).version).toBe(String(v2)));
    done = true;
    await load;
    expect(failed).toBe(0);
  });

  it('goes on with the former champion when the new one cannot be loaded, and is then not ready', async () => {
    const damaged = await bed.register(new Uint8Array([1, 2, 3]));
    const revision = await bed.setTraffic({ champion: damaged });
    await inForce(revision);
    expect(await client.predict({ row: high })).toMatchObject({ status: 200, version: String(v1) });
    expect(await client.status('/readyz')).toBe(503);
    expect(await client.status('/healthz')).toBe(200);
  });

  it('finishes what it was asked before it ends: answers, log, windows and labels', async () => {
    const under = Array.from({ length: 50 }, (_, i) => client.predict({ row: low, id: `id-${i}` }));
    await client.feedback({ id: 'id-0', label: 0 });
    const answers = await Promise.all(under);
    await client.gateway?.close();
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(await liveGateways(bed.registry, bed.model, 5000)).toEqual([]);
    expect((await bed.logged()).length).toBe(50);
    expect((await sumWindows(bed.registry, { model: bed.model })).requests).toBe(50);
    expect(await readLabels(bed.registry, bed.model, ['id-0'])).toEqual(new Map([['id-0', '0']]));
  });
});

describe('a gateway without a champion', () => {
  it('asks callers to come back, and serves as soon as there is one', async () => {
    client = await bed.startGateway();
    expect(await client.predict({ row: high })).toMatchObject({
      status: 503,
      retryAfter: '1',
      error: { code: 'PAWL_MODEL_NOT_READY' },
    });
    await bed.setTraffic({ champion: v1 });
    await until(async () => expect((await client.predict({ row: high })).status).toBe(200));
  });

  it('refuses an artifact whose bytes are not what was registered', async () => {
    const [key = ''] = (await bed.store.list('versions/')).filter((one) => one.endsWith(`-${v1}.onnx`));
    await bed.store.put(key, flipped);
    await bed.setTraffic({ champion: v1 });
    client = await bed.startGateway();
    await until(async () =>
      expect(await client.metrics()).toMatch(/pawl_version_load_failures_total\{model="electricity"\} [1-9]/),
    );
    expect((await client.predict({ row: high })).status).toBe(503);
  });
});

describe('a gateway with a challenger', () => {
  const callers = Array.from({ length: 200 }, (_, i) => `caller-${i}`);
  const versionsByCaller = async () =>
    Promise.all(callers.map(async (key) => (await client.predict({ row: high, key })).version));

  it('gives it its share of the callers, each of whom stays on one side while the share grows', async () => {
    await inForceAfterStart({ champion: v1, challenger: v2, share: 0.25 });
    const first = await versionsByCaller();
    expect(await versionsByCaller()).toEqual(first);
    const challenged = first.filter((version) => version === String(v2)).length;
    expect(challenged).toBeGreaterThan(25);
    expect(challenged).toBeLessThan(80);
    await inForce(await bed.setTraffic({ champion: v1, challenger: v2, share: 0.5 }), v1, v2);
    const second = await versionsByCaller();
    expect(second.filter((version) => version === String(v2)).length).toBeGreaterThan(challenged);
    expect(first.every((version, i) => version === String(v1) || second[i] === String(v2))).toBe(true);
  });

  it('scores it beside the champion as a shadow, under the same prediction id, and never answers with it', async () => {
    await inForceAfterStart({ champion: v1, challenger: v2, share: 0, shadowShare: 1 });
    expect((await client.predict({ rows: [high, low], ids: ['a', 'b'] })).predictions.map((one) => one.prediction)).toEqual([
      '1',
      '0',
    ]);
    await until(async () => expect((await bed.logged()).length).toBe(4));
    const rows = (await bed.logged()).map((row) => `${row.id} v${row.version} ${row.role} ${row.prediction}`);
    expect(rows.toSorted()).toEqual([`a v${v1} champion 1`, `a v${v2} shadow 0`, `b v${v1} champion 0`, `b v${v2} shadow 1`]);
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model, version: v2 })).toMatchObject({ requests: 1, errors: 0 }),
    );
  });

  it('scores the champion beside it at 100 %', async () => {
    await inForceAfterStart({ champion: v1, challenger: v2, share: 1, shadowShare: 1 });
    expect((await client.predict({ row: high, id: 'a' })).predictions[0]).toMatchObject({ prediction: '0', version: v2 });
    await until(async () =>
      expect((await bed.logged()).map((row) => [row.version, row.role])).toEqual([
        [v2, 'challenger'],
        [v1, 'shadow'],
      ]),
    );
  });

  it.each([
    ['fails in ONNX Runtime', smallModel({ failsAbove: 0.9 })],
    ['needs a column that callers do not send', smallModel({ moreColumns: ['vicprice'] })],
  ])('answers with the champion in the same call when the challenger %s, and counts that against it', async (_, artifact) => {
    const v3 = await bed.register(artifact);
    const revision = await inForceAfterStart({ champion: v1, challenger: v3, share: 1, shadowShare: 0 });
    for (let i = 0; i < 5; i++) expect(await client.predict({ row: high })).toMatchObject({ status: 200, version: String(v1) });
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model, version: v3, revision })).toMatchObject({
        requests: 5,
        errors: 5,
        fallbacks: 5,
      }),
    );
    expect(await sumWindows(bed.registry, { model: bed.model, version: v1 })).toMatchObject({
      requests: 0,
      errors: 0,
      callerFaults: 0,
    });
    expect(await client.predict({ row: { price: 1 } })).toMatchObject({ status: 422 });
  });

  it('gives the champion everything again when nobody renews the lease', async () => {
    await inForceAfterStart({ champion: v1, challenger: v2, share: 1, leaseMs: 1500 });
    expect((await client.predict({ row: high })).version).toBe(String(v2));
    await until(async () => expect((await client.predict({ row: high })).version).toBe(String(v1)));
    expect(await client.described()).toMatchObject({ shareInForce: 0, leaseRemainingMs: 0 });
  });

  it('lets the champion answer until the challenger is loaded and warm', async () => {
    const damaged = await bed.register(new Uint8Array([1, 2, 3]));
    await inForceAfterStart({ champion: v1, challenger: damaged, share: 1 }, v1);
    expect((await client.predict({ row: high })).version).toBe(String(v1));
  });

  async function inForceAfterStart(traffic: Parameters<GatewayBed['setTraffic']>[0], ...ready: number[]): Promise<number> {
    const revision = await bed.setTraffic(traffic);
    client = await bed.startGateway();
    const assigned = [traffic.champion, traffic.challenger].filter((version): version is number => typeof version === 'number');
    await inForce(revision, ...(ready.length > 0 ? ready : assigned));
    return revision;
  }
});

describe('several gateways', () => {
  it('put the same caller on the same side', async () => {
    const revision = await bed.setTraffic({ champion: v1, challenger: v2, share: 0.5 });
    const clients = await Promise.all(
      ['a', 'b'].map((name) => bed.startGateway({ spoolDirectory: `${bed.directory}/spool-${name}` })),
    );
    for (const one of clients) {
      client = one;
      await inForce(revision, v1, v2);
    }
    for (let i = 0; i < 40; i++) {
      const [first, second] = await Promise.all(clients.map((one) => one.predict({ row: high, key: `caller-${i}` })));
      expect(first?.version).toBe(second?.version);
    }
    expect(await liveGateways(bed.registry, bed.model, 5000)).toHaveLength(2);
  });

  it('do not share a spool folder', async () => {
    await bed.startGateway();
    await expect(bed.startGateway()).rejects.toMatchObject({ code: 'PAWL_SPOOL_IN_USE' });
  });
});
