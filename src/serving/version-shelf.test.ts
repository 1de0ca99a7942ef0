import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { smallModel } from '../../test/serving/small-model.ts';
import type { AssignedVersion } from '../registry/traffic-assignment.ts';
import { openScorer } from './open-scorer.ts';
import { VersionShelf } from './version-shelf.ts';

const ref = (version: number): AssignedVersion => ({
  version,
  uri: `v${version}`,
  digest: `sha256:${version}`,
  reference: null,
  incumbent: null,
});
let broken: Set<number>;
let loads: number[];
let failures: number;
let unloaded: number[];
let shelf: VersionShelf;

beforeEach(() => {
  broken = new Set();
  loads = [];
  failures = 0;
  unloaded = [];
  shelf = new VersionShelf({
    model: 'm',
    load: ({ version }) => {
      loads.push(version);
      return broken.has(version) ? Promise.reject(new Error('away')) : openScorer(smallModel());
    },
    onChange: () => undefined,
    onUnload: ({ version }) => void unloaded.push(version),
    onLoadFailure: () => void failures++,
    logger: pino({ level: 'silent' }),
    retryMs: 1,
  });
});
afterEach(() => shelf.close());

const until = (ready: number[]) => vi.waitFor(() => expect(shelf.ready()).toEqual(ready));

describe('the version shelf', () => {
  it('loads champion and challenger, each once', async () => {
    shelf.want(ref(1), ref(2), null);
    shelf.want(ref(1), ref(2), null);
    await until([1, 2]);
    expect(loads).toEqual([1, 2]);
  });

  it('keeps two champions before the one in force, and drops a challenger that went back', async () => {
    for (const champion of [1, 2, 3, 4]) {
      shelf.want(ref(champion), ref(champion + 10), null);
      await vi.waitFor(() => expect(shelf.get(champion)).not.toBeNull());
    }
    await until([2, 3, 4, 14]);
    shelf.want(ref(4), null, null);
    await until([2, 3, 4]);
    expect(unloaded.toSorted((a, b) => a - b)).toEqual([1, 11, 12, 13, 14]);
  });

  it('lets the newest champion that is ready stand in for one that is not', async () => {
    expect(shelf.champions()).toEqual([]);
    shelf.want(ref(1), null, null);
    await until([1]);
    broken.add(2);
    shelf.want(ref(2), null, null);
    await vi.waitFor(() => expect(failures).toBeGreaterThan(2));
    expect(shelf.champions()[0]?.version).toBe(1);
    broken.clear();
    await until([1, 2]);
    expect(shelf.champions()[0]?.version).toBe(2);
  });

  it('holds the champion before, whoever led at this gateway, to answer where the champion cannot', async () => {
    shelf.want(ref(3), null, ref(1));
    await until([1, 3]);
    expect(shelf.champions().map(({ version }) => version)).toEqual([3, 1]);
    expect(loads).toEqual([3, 1]);
  });

  it('goes back to a former champion without loading it again', async () => {
    shelf.want(ref(1), ref(2), null);
    await until([1, 2]);
    shelf.want(ref(2), null, null);
    shelf.want(ref(1), null, null);
    expect(shelf.champions()[0]?.version).toBe(1);
    expect(loads).toHaveLength(2);
  });

  it('forgets a version that is no longer wanted while it is still loading', async () => {
    shelf.want(ref(1), ref(2), null);
    shelf.want(ref(1), null, null);
    await until([1]);
    await new Promise(setImmediate);
    expect(shelf.get(2)).toBeNull();
  });
});
