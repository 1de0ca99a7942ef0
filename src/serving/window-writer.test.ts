import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FinalError } from '../errors.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import type { WindowRow } from '../registry/windows.ts';
import { noErrors } from './errors-by-key.ts';
import { WindowWriter, type WindowWriterOptions } from './window-writer.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pawl-windows-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

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
  rows: 1,
  errorsByKey: noErrors,
  latency: { zeros: 0, buckets: [startedAt % 7], counts: [1] },
  score: [1, 0],
  features: [0, 1, 0],
  cpuMicros: 3,
  scoredRows: 1,
  memoryBytes: 10,
});
const rows = (from: number, count: number) => Array.from({ length: count }, (_, i) => row(from + i));
const away = () => Promise.reject(new Error('away'));

/** As the registry: the first row of a key stands. */
class FakeRegistry {
  readonly #kept = new Map<string, WindowRow>();
  largest = 0;

  keep = (batch: readonly WindowRow[]) => {
    this.largest = Math.max(this.largest, batch.length);
    for (const one of batch) {
      const key = `${one.process}/${one.startedAt.getTime()}`;
      if (!this.#kept.has(key)) this.#kept.set(key, one);
    }
    return Promise.resolve();
  };

  get requests() {
    return [...this.#kept.values()].reduce((sum, one) => sum + one.requests, 0);
  }

  get rows() {
    return this.#kept.size;
  }
}

function open(write: WindowWriterOptions['write'], options: Partial<WindowWriterOptions> = {}) {
  const metrics = createGatewayMetrics();
  const logger = pino({ level: 'silent' });
  return WindowWriter.open({ directory, process: 'g1', write, logger, metrics, ...options });
}

describe('writing windows', () => {
  it('goes straight to the registry while that is there, and touches no disk', async () => {
    const there = new FakeRegistry();
    const writer = await open(there.keep);
    writer.add(rows(0, 1200));
    expect(await writer.write()).toBe(true);
    expect(there.requests).toBe(1200);
    expect(there.largest).toBe(500);
    expect(await readdir(directory)).toEqual([]);
    await writer.close(1000);
  });

  it('counts every request once, also where the registry took a batch and the answer was lost', async () => {
    const there = new FakeRegistry();
    let lost = true;
    const writer = await open(async (batch) => {
      await there.keep(batch);
      if (lost) throw new Error('connection lost');
    });
    writer.add(rows(0, 10));
    await writer.write();
    writer.add(rows(10, 10));
    await writer.write();
    lost = false;
    await writer.close(5000);
    expect(there.requests).toBe(20);
    expect(there.rows).toBe(20);
    expect(await readdir(directory)).toEqual([]);
  });

  it('survives a restart in the middle of an absence: the next process ships what waits', async () => {
    const first = await open(away);
    first.add(rows(0, 10));
    await first.write();
    first.add(rows(10, 10));
    await first.write();
    // Killed here; a line that it was writing is torn.
    const names = await readdir(directory);
    await writeFile(join(directory, names.toSorted().at(-1) ?? ''), '{"process":"g1","mod', { flag: 'a' });
    await writeFile(join(directory, '0000000000001-g1-9.ndjson.merged'), '{"proc');
    const there = new FakeRegistry();
    const next = await open(there.keep, { process: 'g2' });
    await vi.waitFor(() => expect(there.requests).toBe(20));
    await next.close(1000);
    expect(await readdir(directory)).toEqual([]);
    await first.close(0);
  });

  it('merges what waits long: an absence of days costs resolution, not counts', async () => {
    const there = new FakeRegistry();
    let gone = true;
    const writer = await open((batch) => (gone ? away() : there.keep(batch)), { mergeBytes: 20_000 });
    for (let i = 0; i < 100; i++) {
      writer.add(rows(i * 20, 20));
      await writer.write();
    }
    const texts = await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8')));
    expect(texts.join('').length).toBeLessThan(60_000);
    gone = false;
    await writer.close(10_000);
    expect(there.requests).toBe(2000);
    expect(there.rows).toBeLessThan(200);
  });

  it('goes on after an absence with whole windows, in their order, behind those that waited', async () => {
    const there = new FakeRegistry();
    let gone = true;
    const writer = await open((batch) => (gone ? away() : there.keep(batch)));
    writer.add(rows(0, 3));
    await writer.write();
    writer.add(rows(3, 3));
    await writer.write();
    gone = false;
    await vi.waitFor(() => expect(there.requests).toBe(3));
    await vi.waitFor(async () => {
      await writer.write();
      expect(there.requests).toBe(6);
    });
    expect(there.rows).toBe(6);
    await writer.close(1000);
  });

  it('keeps every count in bounded memory when neither registry nor disk takes them', async () => {
    const there = new FakeRegistry();
    let gone = true;
    const metrics = createGatewayMetrics();
    const writer = await open((batch) => (gone ? away() : there.keep(batch)), { metrics });
    // A file where the folder should be.
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    for (let i = 0; i < 50; i++) {
      writer.add(rows(i * 100, 100));
      expect(await writer.write()).toBe(false);
    }
    const queued = (await metrics.windowsQueued.get()).values[0]?.value ?? 0;
    expect(queued).toBeGreaterThan(0);
    expect(queued).toBeLessThan(3000);
    gone = false;
    await writer.close(10_000);
    expect(there.requests).toBe(5000);
  });

  it('takes no more than its room on the disk, and keeps the rest in memory', async () => {
    const there = new FakeRegistry();
    let gone = true;
    const writer = await open((batch) => (gone ? away() : there.keep(batch)), { maxBytes: 5000 });
    for (let i = 0; i < 20; i++) {
      writer.add(rows(i * 10, 10));
      await writer.write();
    }
    const texts = await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name), 'utf8')));
    expect(texts.join('').length).toBeLessThan(12_000);
    gone = false;
    await vi.waitFor(async () => {
      await writer.write();
      expect(there.requests).toBe(200);
    });
    await writer.close(1000);
  });

  it('sets aside what the registry refuses for good, and goes on', async () => {
    const there = new FakeRegistry();
    const writer = await open((batch) =>
      batch.some((one) => one.startedAt.getTime() === 0)
        ? Promise.reject(new FinalError('PAWL_REGISTRY_REFUSED', 'no'))
        : there.keep(batch),
    );
    writer.add(rows(0, 1));
    await writer.write();
    await vi.waitFor(async () => expect(await readdir(directory)).toEqual([expect.stringMatching(/\.refused$/)]));
    writer.add(rows(1, 1));
    expect(await writer.write()).toBe(true);
    expect(there.rows).toBe(1);
    await writer.close(1000);
  });

  it('does not wait for a registry that does not answer: its windows go to the disk, also at the end', async () => {
    const writer = await open(() => new Promise(() => undefined), { patienceMs: 3_600_000 });
    writer.add(rows(0, 5));
    await writer.close(20);
    const [name] = await readdir(directory);
    expect((await readFile(join(directory, name ?? ''), 'utf8')).trim().split('\n')).toHaveLength(5);
  });
});
