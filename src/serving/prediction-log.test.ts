import { mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TransientError } from '../errors.ts';
import { createGatewayMetrics, type GatewayMetrics } from '../observability/gateway-metrics.ts';
import { spooled } from '../../test/serving/segment-of.ts';
import { folderStore } from '../storage/folder-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { FeatureLog } from './feature-log.ts';
import type { LoggedPrediction } from './logged-prediction.ts';
import { PredictionLog, type LogEntry, type PredictionLogOptions } from './prediction-log.ts';
import { blockChecksum } from './row-block.ts';
import { decodeSegment } from './segment.ts';

let root: string;
let store: ObjectStore;
let metrics: GatewayMetrics;
const opened: PredictionLog[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-log-'));
  store = folderStore(join(root, 'store'));
  metrics = createGatewayMetrics();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close(0)));
  await rm(root, { recursive: true });
});

const spool = () => join(root, 'spool');
async function open(process: string, options: Partial<PredictionLogOptions> = {}) {
  const log = await PredictionLog.open({
    directory: spool(),
    process,
    store,
    logger: pino({ level: 'silent' }),
    metrics,
    flushMs: 3_600_000,
    segmentMs: 3_600_000,
    ...options,
  });
  opened.push(log);
  return log;
}

const features = FeatureLog.of(
  {
    features: [
      { name: 'period', type: 'number' },
      { name: 'vicprice', type: 'number' },
      { name: 'holiday', type: 'boolean' },
      { name: 'region', type: 'category' },
    ],
  },
  {},
);
const prediction = (id: string, more: Partial<LogEntry> = {}): LogEntry => ({
  id,
  model: 'electricity',
  version: 1,
  revision: 3,
  role: 'champion',
  key: null,
  at: Date.UTC(2024, 4, 5, 6, 7, 8, 9),
  score: 0.25,
  prediction: '0',
  features,
  row: [0.5, NaN, 1, 'north'],
  ...more,
});
const asLogged = ({ features: _, ...entry }: LogEntry): LoggedPrediction => ({
  ...entry,
  prediction: String(entry.prediction),
  row: { period: 0.5, vicprice: null, holiday: true, region: 'north' },
});

async function logged(model = 'electricity'): Promise<LoggedPrediction[]> {
  const keys = await store.list(`predictions/${model}/`);
  return (await Promise.all(keys.map(async (key) => decodeSegment(await store.get(key))))).flat();
}
const waiting = async () => (await readdir(spool(), { recursive: true })).filter((name) => name.endsWith('.rows'));
const metric = async (name: string) => (await metrics.register.getSingleMetric(name)?.get())?.values ?? [];

describe('the prediction log', () => {
  it('brings every row to the object store unchanged, and leaves nothing on the disk', async () => {
    const log = await open('g1');
    const rows = [
      prediction('a', { key: 'customer-1', score: 0.1 + 0.2 }),
      prediction('a', { version: 2, role: 'shadow', prediction: 3.5 }),
      prediction('ü/"\n', { version: 0, role: 'default', score: NaN, at: 0 }),
    ];
    for (const row of rows) log.append(row);
    log.append(prediction('b', { model: 'bikes' }));
    await log.close(5000);
    expect(await logged()).toEqual(rows.map(asLogged));
    expect((await logged('bikes')).map((row) => row.id)).toEqual(['b']);
    expect(await waiting()).toEqual([]);
  });

  it('names segments by the time they begin, so that keys sort by it', async () => {
    const before = Date.now();
    const log = await open('g1');
    log.append(prediction('a'));
    await log.close(5000);
    const [key = ''] = await store.list('predictions/');
    const [, day, start] = /^predictions\/electricity\/(\d{4}-\d\d-\d\d)\/(\d{13})-g1-0\.parquet$/.exec(key) ?? [];
    expect(Number(start)).toBeGreaterThanOrEqual(before);
    expect(new Date(Number(start)).toISOString().slice(0, 10)).toBe(day);
  });

  it('loses nothing that was flushed when the process dies, not even where the death tears what it was writing', async () => {
    const crashed = await open('g1');
    crashed.append(prediction('a'));
    await crashed.flush();
    crashed.append(prediction('b'));
    await crashed.flush();
    crashed.append(prediction('never flushed'));
    const [name = ''] = await waiting();
    const path = join(spool(), name);
    await truncate(path, (await readFile(path)).length - 10);

    const next = await open('g2');
    await vi.waitFor(async () => expect((await logged()).map((row) => row.id)).toEqual(['a']));
    next.append(prediction('c'));
    await next.close(5000);
    expect((await logged()).map((row) => row.id).toSorted()).toEqual(['a', 'c']);
    expect(await metric('pawl_spool_damaged_total')).toMatchObject([{ value: 1 }]);
  });

  it('ships a spool file again to the same segment when it died between shipping and removing', async () => {
    const crashed = await open('g1');
    crashed.append(prediction('a'));
    await crashed.flush();
    const [name = ''] = await waiting();
    const content = await readFile(join(spool(), name));
    await crashed.close(5000);
    const first = await store.list('predictions/');

    await writeFile(join(spool(), name), content);
    await open('g2');
    await vi.waitFor(async () => expect(await waiting()).toEqual([]));
    expect(await store.list('predictions/')).toEqual(first);
    expect(await logged()).toHaveLength(1);
  });

  it('flushes by itself, and begins a new segment when the one before is old or full', async () => {
    const log = await open('g1', { flushMs: 5, segmentMs: 20 });
    log.append(prediction('a'));
    await vi.waitFor(async () => expect((await logged()).map((row) => row.id)).toEqual(['a']));
    log.append(prediction('b'));
    await vi.waitFor(async () => expect(await store.list('predictions/')).toHaveLength(2));
    const full = await open('g2', { maxSegmentRows: 1 });
    full.append(prediction('c'));
    await full.flush();
    await vi.waitFor(async () => expect(await store.list('predictions/')).toHaveLength(3));
  });

  describe('while the object store is away', () => {
    let away: boolean;
    beforeEach(() => {
      away = true;
      const real = store;
      store = Object.assign(Object.create(real) as ObjectStore, {
        put: (key: string, body: Uint8Array) =>
          away ? Promise.reject(new TransientError('PAWL_STORE_UNAVAILABLE', 'away')) : real.put(key, body),
        list: (prefix: string) => real.list(prefix),
        get: (key: string) => real.get(key),
      });
    });

    it('keeps taking rows, shows it in the metrics, and ships all of them when the store is back', async () => {
      const log = await open('g1', { maxSegmentRows: 1 });
      log.append(prediction('a'));
      await log.flush();
      await vi.waitFor(async () => expect(await metric('pawl_spool_ship_failures_total')).toMatchObject([{ value: 1 }]));
      log.append(prediction('b'));
      await log.flush();
      expect(await metric('pawl_spool_files')).toMatchObject([{ value: 2 }]);
      away = false;
      await vi.waitFor(async () => expect((await logged()).map((row) => row.id)).toEqual(['a', 'b']), 5000);
      expect(await metric('pawl_spool_bytes')).toMatchObject([{ value: 0 }]);
    });

    it('drops rows, and counts them, rather than fill the disk', async () => {
      const log = await open('g1', { maxSegmentRows: 1, maxSpoolBytes: 100 });
      log.append(prediction('a'));
      await log.flush();
      log.append(prediction('b'));
      await log.flush();
      expect(await metric('pawl_prediction_log_dropped_total')).toMatchObject([{ labels: { reason: 'spool full' }, value: 1 }]);
      away = false;
      await log.close(5000);
      expect((await logged()).map((row) => row.id)).toEqual(['a']);
    });

    it('leaves what it could not ship for the next start, and does not hold up the end', async () => {
      const log = await open('g1');
      log.append(prediction('a'));
      await log.close(20);
      expect(await waiting()).toHaveLength(1);
      away = false;
      await open('g2');
      await vi.waitFor(async () => expect((await logged()).map((row) => row.id)).toEqual(['a']));
    });
  });

  it('is not held up by a store that never answers', async () => {
    let asked = 0;
    store = Object.assign(Object.create(store) as ObjectStore, { put: () => new Promise(() => asked++) });
    const log = await open('g1', { maxSegmentRows: 1 });
    for (const id of ['a', 'b', 'c']) {
      log.append(prediction(id));
      await log.flush();
    }
    await vi.waitFor(() => expect(asked).toBe(1));
    expect(await metric('pawl_prediction_log_spooled_rows_total')).toMatchObject([{ value: 3 }]);
    expect(await metric('pawl_spool_files')).toMatchObject([{ value: 3 }]);
    await log.close(20);
    expect(await waiting()).toHaveLength(3);
  });

  it('drops rows, and counts them, when the disk does not take them, and takes up again when it does', async () => {
    await mkdir(spool(), { recursive: true });
    const log = await open('g1', { maxBufferedBytes: 2000 });
    // A file where the folder of the model has to be: the disk refuses.
    await writeFile(join(spool(), 'electricity'), '');
    log.append(prediction('a'));
    await log.flush();
    log.append(prediction('b'));
    for (let i = 0; i < 100; i++) log.append(prediction(`more ${i}`));
    await log.flush();
    const [dropped] = await metric('pawl_prediction_log_dropped_total');
    expect(dropped).toMatchObject({ labels: { reason: 'disk refuses' } });
    const kept = 102 - (dropped?.value ?? 0);
    expect(kept).toBeGreaterThan(2);
    expect(kept).toBeLessThan(50);
    expect((await metric('pawl_prediction_log_buffered_bytes'))[0]?.value).toBeLessThanOrEqual(2100);
    expect(await metric('pawl_prediction_log_write_failures_total')).toMatchObject([{ value: 2 }]);
    await unlink(join(spool(), 'electricity'));
    await log.close(5000);
    const ids = (await logged()).map((row) => row.id);
    expect(ids.slice(0, 3)).toEqual(['a', 'b', 'more 0']);
    expect(ids).toHaveLength(kept);
  });

  it('sets a file aside that it will never be able to read, and goes on with those behind it', async () => {
    await mkdir(join(spool(), 'electricity'), { recursive: true });
    const block = Buffer.from(spooled([prediction('a')]));
    // A role that is none of ours, and a checksum that says that it was meant.
    block.writeUInt8(77, 22);
    block.writeUInt32LE(blockChecksum(block), 16);
    await writeFile(join(spool(), 'electricity', '1700000000000-g0-0.rows'), block);
    const log = await open('g1');
    log.append(prediction('b'));
    await log.close(5000);
    expect((await logged()).map((row) => row.id)).toEqual(['b']);
    expect(await readdir(join(spool(), 'electricity'))).toEqual(['1700000000000-g0-0.rows.refused']);
    expect(await metric('pawl_spool_refused_total')).toMatchObject([{ labels: { spool: 'predictions' }, value: 1 }]);
  });
});
