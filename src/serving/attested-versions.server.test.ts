import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayBed, type GatewayClient } from '../../test/serving/gateway-bed.ts';
import { smallModel } from '../../test/serving/small-model.ts';
import { createDatabase } from '../../test/stack/postgres.ts';
import { exampleStatement } from '../attestation/example-statement.testsuite.ts';
import { newSigningKey, pemOf, publicKeysOf, type Signer, signerOf } from '../attestation/keys.ts';
import { seal } from '../attestation/statement.ts';
import type { Trust } from '../attestation/trust.ts';
import { addAttestation } from '../registry/attestations.ts';
import { getVersion } from '../registry/versions.ts';
import { digestOf } from './local-cache.ts';

const row = { price: 0.95, region: 'NSW' };
const signer = signerOf(newSigningKey());
const stranger = signerOf(newSigningKey());
const required: Trust = { keys: publicKeysOf(pemOf([signer.publicKey])), required: true };
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

let bed: GatewayBed;
let client: GatewayClient;
let champion: number;
let challenger: number;
let lines: { msg: string; version?: number; err?: { code: string; message: string } }[];

beforeEach(async () => {
  bed = await GatewayBed.create(await createDatabase());
  champion = await bed.register(smallModel());
  challenger = await bed.register(smallModel({ flipped: true }));
  lines = [];
});
afterEach(() => bed.close());

async function attest(version: number, change = (envelope: string) => envelope, by: Signer = signer): Promise<void> {
  const { model, digest } = await getVersion(bed.registry, bed.model, version);
  const envelope = change(seal(exampleStatement({ model, version, digest }), by));
  await addAttestation(bed.registry, { model, version, stage: 'released', keyid: by.keyid, envelope });
}

async function start(trust: Trust | null, ...options: Parameters<GatewayBed['startGateway']>): Promise<GatewayClient> {
  const keep = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number]);
      done();
    },
  });
  return bed.startGateway({ trust, logger: pino(keep), ...options[0] });
}

const answersWith = async (version: number) => {
  const answer = await client.predict({ row });
  expect([answer.status, answer.version]).toEqual([200, String(version)]);
};

/** What the gateway says of a version that it does not load. */
async function refused(version: number) {
  const told = () => lines.find((line) => line.msg === 'version not loaded' && line.version === version)?.err;
  await until(() => expect(told()).toBeDefined());
  return told();
}

const flip = (bytes: Uint8Array, place: number) => bytes.map((byte, i) => (i === place ? byte ^ 1 : byte));

describe('a gateway that requires attestations', () => {
  beforeEach(() => attest(champion));

  it('serves a champion and a challenger that are attested', async () => {
    await attest(challenger);
    const revision = await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start(required);
    await until(async () => expect(await client.inForce(revision, champion, challenger)).toBe(true));
    await answersWith(challenger);
  });

  const oneByte: readonly [string, () => Promise<void>, string, RegExp][] = [
    [
      'one byte of its artifact is another',
      async () => {
        await attest(challenger);
        const { uri } = await getVersion(bed.registry, bed.model, challenger);
        const artifact = await bed.store.get(uri);
        await bed.store.put(uri.slice(uri.indexOf('versions/')), flip(artifact, artifact.length >> 1));
      },
      'PAWL_ARTIFACT_DAMAGED',
      /not sha256:.* as registered/,
    ],
    [
      'one byte of its envelope is another',
      () => attest(challenger, (envelope) => Buffer.from(flip(Buffer.from(envelope), 1000)).toString('latin1')),
      'PAWL_ATTESTATION_INVALID',
      /v2 of electricity does not hold/,
    ],
    [
      'another key signed it',
      () => attest(challenger, undefined, stranger),
      'PAWL_ATTESTATION_INVALID',
      new RegExp(`signed by key ${stranger.keyid}, which is not among the trusted: ${signer.keyid}`),
    ],
    [
      'its attestation was taken away',
      () => Promise.resolve(),
      'PAWL_ATTESTATION_MISSING',
      /v2 of electricity has no attestation/,
    ],
  ];
  it.each(oneByte)('refuses a challenger when %s, and the champion answers', async (_, tamper, code, message) => {
    await tamper();
    await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start(required);
    expect(await refused(challenger)).toMatchObject({ code, message: expect.stringMatching(message) as string });
    await until(async () => expect(await client.status('/readyz')).toBe(200));
    await answersWith(champion);
    expect(await client.metrics()).toMatch(
      new RegExp(`pawl_versions_refused_total\\{model="electricity",code="${code}"\\} [1-9]`),
    );
  });

  it('refuses what is attested under another number', async () => {
    const { digest } = await getVersion(bed.registry, bed.model, champion);
    const envelope = seal(exampleStatement({ model: bed.model, version: champion, digest }), signer);
    await addAttestation(bed.registry, {
      model: bed.model,
      version: challenger,
      stage: 'released',
      keyid: signer.keyid,
      envelope,
    });
    await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start(required);
    expect((await refused(challenger))?.message).toContain('it is about electricity/v1, not about electricity/v2');
  });

  it('takes a version up that gets its attestation later, without a new revision or a restart', async () => {
    const revision = await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start(required);
    await refused(challenger);
    await attest(challenger);
    await until(async () => expect(await client.inForce(revision, champion, challenger)).toBe(true));
    await answersWith(challenger);
  });

  it('asks the same of what lies in its own cache', async () => {
    const revision = await bed.setTraffic({ champion });
    client = await start(required);
    await until(async () => expect(await client.inForce(revision, champion)).toBe(true));
    await client.gateway?.close();
    const file = join(bed.directory, 'spool', 'cache', 'traffic.json');
    const { digest: _, ...traffic } = JSON.parse(await readFile(file, 'utf8')) as {
      digest: string;
      assignments: { champion: object }[];
    };
    for (const assignment of traffic.assignments) assignment.champion = { ...assignment.champion, attestation: null };
    await writeFile(file, JSON.stringify({ digest: digestOf(Buffer.from(JSON.stringify(traffic))), ...traffic }));
    client = await start(required, { registryUrl: null });
    expect(await refused(champion)).toMatchObject({ code: 'PAWL_ATTESTATION_MISSING' });
    expect(await client.status('/readyz')).toBe(503);
  });
});

describe('a gateway that does not require attestations', () => {
  it('serves a version of before there were any, says so, and refuses one whose attestation does not hold', async () => {
    await attest(challenger, undefined, stranger);
    await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start({ ...required, required: false });
    expect(await refused(challenger)).toMatchObject({ code: 'PAWL_ATTESTATION_INVALID' });
    await until(async () => expect(await client.status('/readyz')).toBe(200));
    await answersWith(champion);
    expect(lines).toContainEqual(
      expect.objectContaining({ version: champion, msg: expect.stringContaining('no attestation') as string }),
    );
  });

  it('asks nothing where it knows no key', async () => {
    await attest(challenger, undefined, stranger);
    const revision = await bed.setTraffic({ champion, challenger, share: 1 });
    client = await start(null);
    await until(async () => expect(await client.inForce(revision, champion, challenger)).toBe(true));
  });
});
