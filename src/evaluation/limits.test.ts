import { describe, expect, it } from 'vitest';
import type { Gate } from '../spec/evaluation-schema.ts';
import { checkLimits } from './limits.ts';

/** 1,000 rows, of which `slow` took 5 ms and the others 1 ms. */
const taken = (slow: number, ms = 5) => Float64Array.from({ length: 1000 }, (_, i) => (i < slow ? ms : 1));
const check = (gate: Gate, latencies: Float64Array | null, championLatencies: Float64Array | null = null, bytes = 1_500_000) =>
  checkLimits([gate], { bytes, latencies, championLatencies }, 0.95);

describe('limits of a model', () => {
  it('bound the 99th percentile of single rows, with its interval', () => {
    const [result] = check({ latency: { p99: 4 } }, taken(10));
    expect(result).toMatchObject({
      passed: true,
      value: 1,
      bound: 4,
      rows: 1000,
      interval: { low: 1, high: 5, method: 'order statistics' },
    });
    expect(check({ latency: { p99: 4 } }, taken(11))[0]).toMatchObject({ passed: false, value: 5 });
  });

  it("compare it with the champion's, and refuse only what the intervals tell apart", () => {
    const gate = { latency: { above_champion_by: 0.5 } };
    expect(check(gate, taken(40), taken(0))[0]).toMatchObject({ passed: false, value: 5, bound: 1.5 });
    const doubtful = check(gate, taken(11), taken(9))[0];
    expect(doubtful).toMatchObject({
      passed: true,
      value: 5,
      bound: 1.5,
      because: expect.stringMatching(/do not tell it apart from that$/),
    });
    expect(check(gate, taken(40, 1.4), taken(0))[0]).toMatchObject({ passed: true });
    expect(check(gate, taken(40), null)[0]).toMatchObject({
      passed: true,
      because: expect.stringMatching(/there is no champion to measure beside it$/),
    });
  });

  it('bound the size of the artifact', () => {
    expect(check({ size: { at_most: 1_500_000 } }, null)[0]).toMatchObject({
      passed: true,
      value: 1_500_000,
      because: 'the artifact has 1.5 MB, at most 1.5 MB is asked',
    });
    expect(check({ size: { at_most: 1_000_000 } }, null)[0]).toMatchObject({ passed: false });
  });
});
