import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import type { TrafficAssignment } from '../registry/traffic-assignment.ts';
import { folderStore } from '../storage/folder-store.ts';
import { digestOf, LocalCache } from './local-cache.ts';
import { loadVersion } from './version-loader.ts';

let directory: string;
let cache: LocalCache;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-cache-'));
  cache = new LocalCache(join(directory, 'cache'));
});
afterEach(() => rm(directory, { recursive: true }));

const artifact = { reference: null, incumbent: null };
const version = (number: number) => ({ ...artifact, version: number, uri: `v${number}`, digest: 'sha256:0' });
const assignment: TrafficAssignment = {
  model: 'm',
  task: 'regression',
  revision: 4,
  epoch: 1,
  champion: version(1),
  challenger: version(2),
  former: null,
  segments: null,
  share: 0.5,
  shadowShare: 0,
  salt: 's',
  leaseRemainingMs: 9000,
  serving: { deadline: 1000, opt_out: [], choose_version: [] },
  log: {},
};

describe('the local cache', () => {
  it('remembers the traffic, but no lease: nobody knows how long ago it was granted', async () => {
    const alone = { ...assignment, model: 'n', challenger: null, share: 0, leaseRemainingMs: null };
    await cache.saveTraffic({ models: ['m', 'n', 'o'], assignments: [assignment, alone] });
    expect(await cache.readTraffic()).toEqual({
      models: ['m', 'n', 'o'],
      assignments: [{ ...assignment, leaseRemainingMs: 0 }, alone],
    });
  });

  it('knows nothing when it is empty or unreadable', async () => {
    expect(await cache.readTraffic()).toBeNull();
    await cache.saveTraffic({ models: [], assignments: [] });
    await writeFile(join(directory, 'cache', 'traffic.json'), '{"models"');
    expect(await cache.readTraffic()).toBeNull();
    await cache.saveTraffic({ models: ['m'], assignments: [] });
    const text = await readFile(join(directory, 'cache', 'traffic.json'), 'utf8');
    await writeFile(join(directory, 'cache', 'traffic.json'), text.replace('"m"', '"n"'));
    expect(await cache.readTraffic()).toBeNull();
  });

  it('gives an artifact only while it is what its digest says', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const digest = digestOf(bytes);
    expect(await cache.readArtifact(digest)).toBeNull();
    await cache.saveArtifact(digest, bytes);
    expect(Array.from((await cache.readArtifact(digest)) ?? [])).toEqual([1, 2, 3]);
    await writeFile(join(directory, 'cache', `${digest.slice(7)}.onnx`), 'damaged');
    expect(await cache.readArtifact(digest)).toBeNull();
    expect([await cache.stateOf(digest), await cache.stateOf(digestOf(new Uint8Array([4])))]).toEqual(['damaged', 'missing']);
  });

  it('keeps the artifacts that are held and no others', async () => {
    const [kept, old] = [new Uint8Array([1]), new Uint8Array([2])];
    await cache.saveArtifact(digestOf(kept), kept);
    await cache.saveArtifact(digestOf(old), old);
    await cache.keepOnly([digestOf(kept)]);
    expect(await readdir(join(directory, 'cache'))).toEqual([`${digestOf(kept).slice(7)}.onnx`]);
  });
});

describe('loading a version', () => {
  const logger = pino({ level: 'silent' });

  it('takes it from the object store once, and from the cache when the store is away', async () => {
    const store = folderStore(join(directory, 'store'));
    const bytes = smallModel();
    const ref = { ...artifact, version: 1, uri: await store.put('v1.onnx', bytes), digest: digestOf(bytes) };
    await (await loadVersion('m', ref, { store, cache, logger, trust: null })).release();
    await store.delete('v1.onnx');
    const again = await loadVersion('m', ref, { store, cache, logger, trust: null });
    expect(again.signature.features).toHaveLength(2);
    await again.release();
  });

  it('refuses bytes that are not those that were registered', async () => {
    const store = folderStore(join(directory, 'store'));
    const ref = {
      ...artifact,
      version: 1,
      uri: await store.put('v1.onnx', smallModel({ flipped: true })),
      digest: digestOf(smallModel()),
    };
    await expect(loadVersion('m', ref, { store, cache, logger, trust: null })).rejects.toMatchObject({
      code: 'PAWL_ARTIFACT_DAMAGED',
    });
  });
});
