import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import type { WindowRow } from '../registry/windows.ts';
import { WindowWriter } from './window-writer.ts';

const row = (startedAt: number): WindowRow => ({
  process: 'g1',
  model: 'm',
  version: 1,
  revision: 1,
  role: 'champion',
  startedAt: new Date(startedAt),
  lengthMs: 1,
  requests: 1,
  callerFaults: 0,
  errors: 0,
  fallbacks: 0,
  latency: [1],
  score: [1],
});
const rows = (from: number, count: number) => Array.from({ length: count }, (_, i) => row(from + i));
const writerTo = (write: (rows: WindowRow[]) => Promise<unknown>) =>
  new WindowWriter(write, pino({ level: 'silent' }), createGatewayMetrics());
/** As the registry: the first row of a key stands. */
function registry() {
  const kept = new Map<number, WindowRow>();
  const keep = (batch: readonly WindowRow[]) => {
    for (const one of batch) if (!kept.has(one.startedAt.getTime())) kept.set(one.startedAt.getTime(), one);
  };
  return { keep, requests: () => [...kept.values()].reduce((sum, one) => sum + one.requests, 0), rows: () => kept.size };
}

describe('writing windows', () => {
  it('counts every request once, also where the registry took a batch and the answer was lost', async () => {
    const there = registry();
    let lost = true;
    const writer = writerTo((batch) => {
      there.keep(batch);
      return lost ? Promise.reject(new Error('connection lost')) : Promise.resolve();
    });
    writer.add(rows(0, 10));
    expect(await writer.write()).toBe(false);
    writer.add(rows(10, 10));
    lost = false;
    expect(await writer.write()).toBe(true);
    expect(there.requests()).toBe(20);
    expect(there.rows()).toBe(20);
  });

  it('keeps every count, in bounded memory, over a long absence', async () => {
    const there = registry();
    let away = true;
    let largest = 0;
    const writer = writerTo((batch) => {
      largest = Math.max(largest, batch.length);
      // The batch that was tried may have been written: it must come again unchanged.
      there.keep(batch);
      return away ? Promise.reject(new Error('away')) : Promise.resolve();
    });
    for (let i = 0; i < 50; i++) {
      writer.add(rows(i * 100, 100));
      await writer.write();
    }
    away = false;
    await writer.write();
    expect(there.requests()).toBe(5000);
    expect(there.rows()).toBeLessThan(2200);
    expect(largest).toBeLessThanOrEqual(500);
  });

  it('gives up what the registry refuses for good, and goes on', async () => {
    const there = registry();
    const writer = writerTo((batch) => {
      if (batch.some((one) => one.startedAt.getTime() === 0)) return Promise.reject(new FinalError('PAWL_MODEL_NOT_FOUND', 'no'));
      there.keep(batch);
      return Promise.resolve();
    });
    writer.add(rows(0, 1));
    await writer.write();
    writer.add(rows(1, 1));
    expect(await writer.write()).toBe(true);
    expect(there.rows()).toBe(1);
  });
});
