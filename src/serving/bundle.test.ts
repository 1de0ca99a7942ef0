import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import { exampleStatement } from '../attestation/example-statement.testsuite.ts';
import { newSigningKey, pemOf, publicKeysOf, signerOf } from '../attestation/keys.ts';
import { seal } from '../attestation/statement.ts';
import type { Trust } from '../attestation/trust.ts';
import type { AssignedVersion, TrafficAssignment } from '../registry/traffic-assignment.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { bundledTrust, checkBundle, writeBundle } from './bundle.ts';
import { digestOf, LocalCache } from './local-cache.ts';

let directory: string;
let store: ObjectStore;
let champion: AssignedVersion;
let former: AssignedVersion;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-bundle-'));
  store = folderStore(join(directory, 'store'));
  former = await put(1, smallModel());
  champion = await put(2, smallModel({ flipped: true }));
});
afterEach(() => rm(directory, { recursive: true }));

async function put(version: number, artifact: Uint8Array): Promise<AssignedVersion> {
  const uri = await store.put(`v${version}.onnx`, artifact);
  return { version, uri, digest: digestOf(artifact), reference: null, incumbent: null };
}

const assignment = (changes: Partial<TrafficAssignment> = {}): TrafficAssignment => ({
  model: 'm',
  task: 'binary-classification',
  revision: 7,
  epoch: 2,
  champion,
  challenger: { ...champion, version: 3 },
  former,
  segments: ['beta'],
  share: 0.5,
  shadowShare: 1,
  salt: 's',
  leaseRemainingMs: 9000,
  serving: { deadline: 1000, default: '0', opt_out: [], choose_version: [] },
  log: { price: 'hash' },
  ...changes,
});

const out = () => join(directory, 'out');
const make = (changes: Partial<TrafficAssignment> = {}, trust: Trust | null = null) =>
  writeBundle({ directory: out(), assignment: assignment(changes), store, trust, now: new Date('2026-03-01') });
const file = (digest: string) => `cache/${digest.slice(7)}.onnx`;

const signature = { format: 1, task: 'binary-classification', features: [], classes: ['0', '1'], threshold: 0.5 } as const;

describe('a bundle', () => {
  it('holds the champion and the one before, how they are served, and no challenger', async () => {
    const manifest = await make();
    expect(manifest).toMatchObject({ model: 'm', revision: 7, champion: { version: 2 }, former: { version: 1 } });
    expect(await checkBundle(out())).toEqual(manifest);
    expect((await new LocalCache(join(out(), 'cache')).readTraffic())?.assignments).toMatchObject([
      {
        champion: { version: 2 },
        former: { version: 1 },
        challenger: null,
        share: 0,
        serving: { default: '0' },
        log: { price: 'hash' },
      },
    ]);
    expect((await readdir(directory)).toSorted()).toEqual(['out', 'store']);
  });

  it('says nothing of where it was made, and is whole in another place', async () => {
    await make();
    for (const name of ['bundle.json', 'README.md', 'cache/traffic.json'])
      expect(await readFile(join(out(), name), 'utf8')).not.toContain(directory);
    await rename(out(), join(directory, 'elsewhere'));
    expect((await checkBundle(join(directory, 'elsewhere'))).model).toBe('m');
  });

  it('has a README with the command that serves it, and the secret that its log needs', async () => {
    await make();
    const readme = await readFile(join(out(), 'README.md'), 'utf8');
    expect(readme).toContain('node dist/workers/gateway.js --bundle DIR');
    expect(readme).toContain('PAWL_LOG_HASH_KEY');
    await rm(out(), { recursive: true });
    await make({ log: {} });
    expect(await readFile(join(out(), 'README.md'), 'utf8')).not.toContain('PAWL_LOG_HASH_KEY');
  });

  it('goes without the former champion where its artifact is gone, and not without the champion', async () => {
    await store.delete('v1.onnx');
    expect(await make()).toMatchObject({ former: null });
    await rm(out(), { recursive: true });
    await store.delete('v2.onnx');
    await expect(make()).rejects.toMatchObject({ code: 'PAWL_OBJECT_NOT_FOUND' });
    await store.put('v2.onnx', smallModel());
    await expect(make()).rejects.toMatchObject({ code: 'PAWL_ARTIFACT_DAMAGED' });
    expect(await readdir(directory)).toEqual(['store']);
  });

  it('is refused for an endpoint, which could not be asked, and where nobody answers', async () => {
    const incumbent = { url: 'http://there', format: 'v2', model: 'm', timeoutMs: 1000, signature, features: [] } as const;
    await expect(make({ champion: { ...champion, uri: 'http://there', incumbent } })).rejects.toMatchObject({
      code: 'PAWL_BUNDLE_IMPOSSIBLE',
      message: expect.stringContaining('the endpoint http://there') as string,
    });
    await expect(make({ champion: null })).rejects.toMatchObject({ code: 'PAWL_BUNDLE_IMPOSSIBLE' });
    expect(await make({ former: { ...former, uri: 'http://there', incumbent } })).toMatchObject({ former: null });
  });

  it('is not made over files that are there', async () => {
    await make();
    await expect(make()).rejects.toMatchObject({ code: 'PAWL_FILE_EXISTS' });
  });
});

describe('a bundle of attested versions', () => {
  const signer = signerOf(newSigningKey());
  const trust: Trust = { keys: publicKeysOf(pemOf([signer.publicKey])), required: true };
  const attested = (version: AssignedVersion, by = signer): AssignedVersion => ({
    ...version,
    attestation: seal(exampleStatement({ model: 'm', version: version.version, digest: version.digest }), by),
  });

  it('carries the envelopes and the public keys', async () => {
    const manifest = await make({ champion: attested(champion), former: attested(former) }, trust);
    expect(manifest).toMatchObject({
      champion: { attestation: { file: 'attestations/v2.dsse.json' } },
      former: { attestation: { file: 'attestations/v1.dsse.json' } },
      keys: { file: 'trusted-keys.pem' },
    });
    expect(await readFile(join(out(), 'attestations/v2.dsse.json'), 'utf8')).toBe(attested(champion).attestation);
    expect([...((await bundledTrust(out()))?.keys.keys() ?? [])]).toEqual([signer.keyid]);
    expect(await checkBundle(out())).toEqual(manifest);
  });

  it.each(['attestations/v2.dsse.json', 'attestations/v1.dsse.json', 'trusted-keys.pem'])(
    'is damaged once a byte of %s is another',
    async (name) => {
      await make({ champion: attested(champion), former: attested(former) }, trust);
      const bytes = await readFile(join(out(), name));
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      await writeFile(join(out(), name), bytes);
      await expect(checkBundle(out())).rejects.toMatchObject({ code: 'PAWL_BUNDLE_DAMAGED', problems: [{ subject: name }] });
    },
  );

  it('is not made where an attestation does not hold, or is missing and required; nothing is left', async () => {
    const foreign = attested(champion, signerOf(newSigningKey()));
    await expect(make({ champion: foreign }, trust)).rejects.toMatchObject({ code: 'PAWL_ATTESTATION_INVALID' });
    await expect(make({}, trust)).rejects.toMatchObject({ code: 'PAWL_ATTESTATION_MISSING' });
    expect(await readdir(directory)).toEqual(['store']);
    expect(await make({ champion: attested(champion) }, { ...trust, required: false })).toMatchObject({
      former: { attestation: null },
    });
  });
});

describe('a damaged bundle', () => {
  it.each([
    ['an artifact that was changed', () => file(champion.digest), 'damaged'],
    ['the traffic', () => 'cache/traffic.json', '{ "models": [] }'],
    ['the manifest', () => 'bundle.json', '{'],
  ])('is refused with the file at fault: %s', async (_, name, text) => {
    await make();
    await writeFile(join(out(), name()), text);
    await expect(checkBundle(out())).rejects.toMatchObject({
      code: 'PAWL_BUNDLE_DAMAGED',
      problems: [{ subject: name(), file: join(out(), name()) }],
    });
  });

  it('is refused with every file at fault', async () => {
    await make();
    for (const digest of [champion.digest, former.digest]) await rm(join(out(), file(digest)));
    await expect(checkBundle(out())).rejects.toMatchObject({
      problems: [{ subject: file(champion.digest) }, { subject: file(former.digest) }],
    });
    await expect(checkBundle(directory)).rejects.toMatchObject({ problems: [{ subject: 'bundle.json' }] });
  });

  it('is not one whose gateway has taken newer traffic over since', async () => {
    await make();
    const cache = new LocalCache(join(out(), 'cache'));
    const newer = await put(4, smallModel({ failsAbove: 1 }));
    await cache.saveTraffic({ models: ['m'], assignments: [assignment({ champion: newer, former: champion, revision: 8 })] });
    await cache.keepOnly([newer.digest, champion.digest]);
    // The newer artifact may have been on its way when the gateway ended.
    expect(await checkBundle(out())).toMatchObject({ revision: 7 });
    await cache.saveArtifact(newer.digest, new Uint8Array([1]));
    await expect(checkBundle(out())).rejects.toMatchObject({ problems: [{ subject: file(newer.digest) }] });
  });
});
