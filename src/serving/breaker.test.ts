import { describe, expect, it } from 'vitest';
import { Breaker } from './breaker.ts';

function tripped(at = 0): Breaker {
  const breaker = new Breaker();
  for (let i = 0; i < 10; i++) breaker.failed(at);
  return breaker;
}

describe('a breaker', () => {
  it('lets a version be asked that fails now and then', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 100; i++) {
      for (let failure = 0; failure < 9; failure++) breaker.failed(i);
      breaker.succeeded();
    }
    expect(breaker.open).toBe(false);
    expect(breaker.allows(100)).toBe(true);
  });

  it('opens after ten failures in a row', () => {
    const breaker = tripped(100);
    expect(breaker.open).toBe(true);
    expect(breaker.allows(101)).toBe(false);
  });

  it('lets one request try after a pause, and closes when that is answered', () => {
    const breaker = tripped();
    expect(breaker.allows(500)).toBe(true);
    expect(breaker.allows(500)).toBe(false);
    breaker.succeeded();
    expect(breaker.open).toBe(false);
    expect(breaker.allows(501)).toBe(true);
  });

  it('waits twice as long after each try that fails, up to half a minute', () => {
    const breaker = tripped();
    let now = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      const from = now;
      while (!breaker.allows(now)) now += 100;
      pauses.push(now - from);
      breaker.failed(now);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('lets another request try when the first one said nothing of the version', () => {
    const breaker = tripped();
    expect(breaker.allows(500)).toBe(true);
    breaker.undecided();
    expect(breaker.allows(501)).toBe(true);
  });

  it('is not kept open longer by requests that were on their way when it opened', () => {
    const breaker = tripped();
    breaker.failed(499);
    expect(breaker.allows(500)).toBe(true);
  });
});
