import { describe, expect, it, vi } from 'vitest';
import { AssignmentWatch } from './assignment-watch.ts';
import type { Traffic } from './local-cache.ts';

const traffic: Traffic = { models: ['m'], assignments: [] };
const silent = () => ({ close: () => Promise.resolve() });

describe('watching the assignments', () => {
  it('counts from the moment before it asked', async () => {
    let clock = 0;
    const asked: number[] = [];
    const watch = AssignmentWatch.start({
      read: () => {
        clock += 400;
        return Promise.resolve(traffic);
      },
      listen: silent,
      onTraffic: (_, askedAt) => void asked.push(askedAt),
      onFailure: () => undefined,
      monotonic: () => clock,
    });
    await vi.waitFor(() => expect(asked).toEqual([0]));
    await watch.close();
  });

  it('reads again at a notification, also one that comes while it reads, and never twice at once', async () => {
    let under = 0;
    let most = 0;
    let reads = 0;
    let notify: (() => void) | undefined;
    const watch = AssignmentWatch.start({
      read: async () => {
        most = Math.max(most, ++under);
        reads++;
        if (reads === 1) notify?.();
        await new Promise(setImmediate);
        under--;
        return traffic;
      },
      listen: (onChange) => {
        notify = onChange;
        return silent();
      },
      onTraffic: () => undefined,
      onFailure: () => undefined,
      monotonic: () => 0,
      pollMs: 3_600_000,
    });
    await vi.waitFor(() => expect(reads).toBe(2));
    notify?.();
    await vi.waitFor(() => expect(reads).toBe(3));
    expect(most).toBe(1);
    await watch.close();
  });

  it('goes on by polling when nothing is notified, when the registry is away and when it does not answer at all', async () => {
    const faults: unknown[] = [];
    let reads = 0;
    let seen = 0;
    const watch = AssignmentWatch.start({
      read: () => {
        reads++;
        if (reads === 1) return Promise.reject(new Error('away'));
        return reads === 2 ? new Promise(() => undefined) : Promise.resolve(traffic);
      },
      listen: silent,
      onTraffic: () => void seen++,
      onFailure: (error) => void faults.push(error),
      monotonic: () => 0,
      pollMs: 1,
      timeoutMs: 20,
    });
    await vi.waitFor(() => expect(seen).toBeGreaterThan(1));
    expect(faults).toMatchObject([{ message: 'away' }, { code: 'PAWL_REGISTRY_UNAVAILABLE' }]);
    await watch.close();
  });
});
