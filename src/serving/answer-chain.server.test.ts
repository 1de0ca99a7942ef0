import { afterEach, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { sumWindows } from '../registry/windows.ts';

const upright = smallModel();
const flipped = smallModel({ flipped: true });
const failing = smallModel({ failsAbove: 0.9 });
const high = { price: 0.95, region: 'NSW' };
const low = { price: 0.05, region: 'VIC' };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

let bed: GatewayBed;
let client: GatewayClient;
afterEach(() => bed.close());

/** A gateway with these versions, of which the first led before; all of them are loaded. */
async function serve(
  artifacts: readonly Uint8Array[],
  traffic: (versions: readonly number[]) => Parameters<GatewayBed['setTraffic']>[0],
  serving: Readonly<Record<string, unknown>> = {},
): Promise<number[]> {
  bed = await GatewayBed.create(await createDatabase(), serving);
  const versions: number[] = [];
  for (const artifact of artifacts) versions.push(await bed.register(artifact));
  const assigned = traffic(versions);
  for (const version of versions) {
    if (version !== assigned.challenger) await bed.lead(version);
    if (version === assigned.champion) break;
  }
  const revision = await bed.setTraffic(assigned);
  client = await bed.startGateway();
  await until(async () => expect(await client.inForce(revision, ...versions)).toBe(true));
  return versions;
}

describe('a champion that fails', () => {
  it('is answered for by the champion before it, marked and counted', async () => {
    const [former, champion] = await serve([upright, failing], ([, second]) => ({ champion: second ?? null }));
    const answer = await client.predict({ row: high, id: 'a' });
    expect(answer).toMatchObject({ status: 200, version: String(former), fallback: 'former' });
    expect(await client.predict({ row: low })).toMatchObject({ version: String(champion), fallback: null });
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model, version: champion ?? 0 })).toMatchObject({
        requests: 2,
        errors: 1,
        fallbacks: 1,
      }),
    );
    await until(async () => expect((await bed.logged()).find((row) => row.id === 'a')).toMatchObject({ version: former }));
    expect(await client.metrics()).toContain('pawl_fallbacks_total{model="electricity",to="former"} 1');
  });

  it('is answered for by the default of the spec where no version can, marked, counted and logged as such', async () => {
    await serve([failing], ([only]) => ({ champion: only ?? null }), { default: '0' });
    const answer = await client.predict({ row: high, id: 'a' });
    expect(answer).toMatchObject({ status: 200, version: null, fallback: 'default' });
    expect(answer.predictions).toEqual([{ id: 'a', prediction: '0', score: null, version: null }]);
    await until(async () =>
      expect(await bed.logged()).toMatchObject([{ id: 'a', version: 0, role: 'default', prediction: '0', row: high }]),
    );
    expect(await client.metrics()).toContain('pawl_fallbacks_total{model="electricity",to="default"} 1');
  });

  it('fails the request where there is nobody else and no default', async () => {
    await serve([failing], ([only]) => ({ champion: only ?? null }));
    expect(await client.predict({ row: high })).toMatchObject({ status: 500, error: { code: 'PAWL_PREDICTION_FAILED' } });
    expect(await bed.logged()).toEqual([]);
  });

  it('is spared after ten failures in a row, and asked again after a pause', async () => {
    const [, champion] = await serve([upright, failing], ([, second]) => ({ champion: second ?? null }));
    for (let i = 0; i < 10; i++) await client.predict({ row: high });
    expect(await client.metrics()).toContain(`pawl_breaker_open{model="electricity",version="${champion}"} 1`);
    // Rows that it could answer now go to the former one, until a request after the pause tries it.
    await until(async () => expect((await client.predict({ row: low })).version).toBe(String(champion)));
    expect(await client.metrics()).toContain(`pawl_breaker_open{model="electricity",version="${champion}"} 0`);
  });

  it("is not blamed for a row that it refuses: that is the caller's fault, whoever else would take it", async () => {
    const narrow = upright;
    const wide = smallModel({ moreColumns: ['vicprice'] });
    const [, champion] = await serve([narrow, wide], ([, second]) => ({ champion: second ?? null }), { default: '0' });
    expect(await client.predict({ row: high })).toMatchObject({ status: 422, error: { code: 'PAWL_ROW_INVALID' } });
    await until(async () =>
      expect(await sumWindows(bed.registry, { model: bed.model, version: champion ?? 0 })).toMatchObject({
        requests: 0,
        errors: 0,
        callerFaults: 1,
      }),
    );
  });
});

describe('a challenger and a champion that both fail', () => {
  it('are answered for by the champion before, and each is counted', async () => {
    const [former, champion, challenger] = await serve([upright, failing, failing], ([, second, third]) => ({
      champion: second ?? null,
      challenger: third ?? null,
      share: 1,
    }));
    expect(await client.predict({ row: high })).toMatchObject({ version: String(former), fallback: 'former' });
    for (const version of [champion, challenger])
      await until(async () =>
        expect(await sumWindows(bed.registry, { model: bed.model, version: version ?? 0 })).toMatchObject({
          errors: 1,
          fallbacks: 1,
        }),
      );
  });

  it('leave a mark of who answered when only the challenger fails', async () => {
    const [champion] = await serve([upright, failing], ([first, second]) => ({
      champion: first ?? null,
      challenger: second ?? null,
      share: 1,
    }));
    expect(await client.predict({ row: high })).toMatchObject({ version: String(champion), fallback: 'champion' });
  });
});

describe('a caller', () => {
  const experiment = ([first, second]: readonly number[]) => ({
    champion: first ?? null,
    challenger: second ?? null,
    share: 1,
    shadowShare: 1,
  });

  it('who opts out of experiments gets the champion, by header or by the list, and is not scored beside', async () => {
    const [champion, challenger] = await serve([upright, flipped], experiment, { opt_out: ['calm'] });
    expect((await client.predict({ row: high, id: 'in' }, { key: 'any' })).version).toBe(String(challenger));
    const off = { headers: { 'x-pawl-experiment': 'off' } };
    expect((await client.predict({ row: high, id: 'off' }, off)).version).toBe(String(champion));
    expect((await client.predict({ row: high, id: 'listed' }, { key: 'calm' })).version).toBe(String(champion));
    await until(async () => expect((await bed.logged()).map((row) => row.id).toSorted()).toEqual(['in', 'in', 'listed', 'off']));
  });

  it('who may choose gets the version it asks for, and nobody else does', async () => {
    const [champion, challenger] = await serve([upright, flipped], experiment, { choose_version: ['qa'] });
    const ask = (version: string | number, key?: string) =>
      client.predict({ row: high }, { ...(key === undefined ? {} : { key }), headers: { 'x-pawl-version': String(version) } });
    expect((await ask(champion ?? 0, 'qa')).version).toBe(String(champion));
    expect((await ask(`v${challenger}`, 'qa')).version).toBe(String(challenger));
    expect(await ask(99, 'qa')).toMatchObject({ status: 404, error: { code: 'PAWL_VERSION_NOT_SERVED' } });
    expect(await ask(challenger ?? 0, 'other')).toMatchObject({ status: 403, error: { code: 'PAWL_VERSION_NOT_ALLOWED' } });
    expect(await ask(challenger ?? 0)).toMatchObject({ status: 403 });
    expect((await ask(champion ?? 0)).version).toBe(String(champion));
    expect(await ask('newest', 'qa')).toMatchObject({ status: 422, error: { code: 'PAWL_REQUEST_INVALID' } });
  });

  it('takes part in a rollout to some segments when it belongs to one of them', async () => {
    const [champion, challenger] = await serve([upright, flipped], (versions) => ({
      ...experiment(versions),
      segments: ['beta'],
    }));
    const from = (segment: string) => client.predict({ row: high }, { headers: { 'x-pawl-segment': segment } });
    expect((await from('beta')).version).toBe(String(challenger));
    expect((await from('other')).version).toBe(String(champion));
    expect((await client.predict({ row: high })).version).toBe(String(champion));
    expect((await client.predict({ row: high, segment: 'beta' })).version).toBe(String(challenger));
  });
});

describe('a gateway with more to do than it can', () => {
  it('turns requests away with 503 and when to come back, and lets go of shadows first', async () => {
    bed = await GatewayBed.create(await createDatabase());
    const [v1, v2] = [await bed.register(upright), await bed.register(flipped)];
    const revision = await bed.setTraffic({ champion: v1, challenger: v2, share: 0, shadowShare: 1 });
    client = await bed.startGateway({ mostRows: 100 });
    await until(async () => expect(await client.inForce(revision, v1, v2)).toBe(true));
    // More than one turn of the event loop scores: the others arrive meanwhile.
    const rows = Array.from({ length: 5000 }, () => high);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.predict({ rows })));
    const turnedAway = answers.filter(({ status }) => status === 503);
    expect(turnedAway.length).toBeGreaterThan(0);
    expect(turnedAway[0]).toMatchObject({ retryAfter: '1', error: { code: 'PAWL_OVERLOADED' } });
    expect(answers.filter(({ status }) => status === 200).length).toBe(20 - turnedAway.length);
    expect(await client.metrics()).toContain(`pawl_overloaded_total{model="electricity"} ${turnedAway.length}`);
    // One alone is answered however large it is.
    expect((await client.predict({ rows: Array.from({ length: 500 }, () => low) })).status).toBe(200);
  });
});
