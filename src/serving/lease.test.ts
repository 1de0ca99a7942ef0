import { describe, expect, it } from 'vitest';
import { Lease } from './lease.ts';

describe('the lease', () => {
  it('is counted from the moment the registry was asked, so that a slow answer shortens it', () => {
    const lease = new Lease(1000, 5000);
    expect(lease.remaining(1000)).toBe(5000);
    expect(lease.remaining(4000)).toBe(2000);
  });

  it('stays at zero once it has run out', () => {
    expect(new Lease(1000, 5000).remaining(90_000)).toBe(0);
  });

  it('never runs out where none is needed', () => {
    expect(new Lease(0, null).remaining(1e12)).toBeNull();
  });
});
