import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { predictionFiles, PredictionSpool } from './prediction-spool.ts';
import type { LogEntry } from './row-block.ts';
import { segmentKey } from './segment-key.ts';
import { SegmentEncoder } from './segment-encoder.ts';
import { SpoolShipper, type Shipment } from './spool-shipper.ts';

export type { LogEntry } from './row-block.ts';

export interface PredictionLogOptions {
  /** One folder a model below it. */
  readonly directory: string;
  /** Unique to this process. */
  readonly process: string;
  readonly store: ObjectStore;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** The secret of hashed features; see ValueHasher. Default: none. */
  readonly hashKey?: string;
  /** A crash loses at most what was appended in this time, ms. */
  readonly flushMs?: number;
  /** A segment holds at most what was appended in this time, ms. */
  readonly segmentMs?: number;
  /** Beyond it a segment ends early, and so beyond `maxSegmentBytes` on the disk. */
  readonly maxSegmentRows?: number;
  readonly maxSegmentBytes?: number;
  /** Beyond this on the disk, new rows are dropped, bytes. */
  readonly maxSpoolBytes?: number;
  /** Beyond this in memory (the disk does not take them, or not fast enough), new rows are dropped, bytes. */
  readonly maxBufferedBytes?: number;
}

/** Rows are written earlier than their time when so many are in memory, bytes: a longer block would be a longer wait at once. */
const flushBytes = 2 ** 22;
const reasons = ['spool full', 'disk refuses', 'disk behind'] as const;

/**
 * The prediction log of a gateway: rows go to a spool on the local disk, and from there as Parquet segments to the object
 * store. Appending never waits and never throws; what cannot be kept is dropped and counted. Segments are encoded by a thread.
 */
export class PredictionLog {
  readonly #options: Required<PredictionLogOptions>;
  readonly #spools = new Map<string, PredictionSpool>();
  readonly #shipper: SpoolShipper;
  readonly #encoder = new SegmentEncoder();
  /** Counted here and told to the metrics at each flush: a counter with labels costs more than the row. */
  #rows = 0;
  readonly #dropped = { 'spool full': 0, 'disk refuses': 0, 'disk behind': 0 };
  /** Bytes in memory that are not on the disk. */
  #buffered = 0;
  #spoolFull = false;
  #diskRefuses = false;
  #warned = false;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  private constructor(options: PredictionLogOptions) {
    this.#options = {
      hashKey: '',
      flushMs: 200,
      segmentMs: 10_000,
      maxSegmentRows: 200_000,
      maxSegmentBytes: 2 ** 25,
      maxSpoolBytes: 2 ** 30,
      maxBufferedBytes: 2 ** 26,
      ...options,
    };
    const { logger, metrics } = options;
    this.#shipper = new SpoolShipper({ name: 'predictions', ship: (path) => this.#ship(path), logger, metrics });
  }

  /** Ships what an earlier process left behind, and takes rows from now on. */
  static async open(options: PredictionLogOptions): Promise<PredictionLog> {
    const log = new PredictionLog(options);
    const folders = await readdir(options.directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const folder of folders) {
      for (const file of await predictionFiles(join(options.directory, folder.name))) log.#shipper.add(file);
    }
    log.#measure();
    log.#timer = setInterval(() => void log.flush(), log.#options.flushMs);
    return log;
  }

  append(entry: LogEntry): void {
    if (this.#spoolFull) {
      this.#dropped['spool full']++;
      return;
    }
    const spool = this.#spools.get(entry.model) ?? this.#begin(entry.model);
    const before = spool.openBytes;
    if (!spool.append(entry, this.#options.maxBufferedBytes - this.#buffered)) {
      this.#dropped[this.#diskRefuses ? 'disk refuses' : 'disk behind']++;
      return;
    }
    this.#rows++;
    this.#buffered += spool.openBytes - before;
    if (spool.openBytes >= flushBytes) void this.flush();
  }

  /** Writes what was appended to the disk, and gives segments that are due to the shipper. Never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll(false).finally(() => (this.#flushing = null));
    return this.#flushing;
  }

  /** Flushes, and ships for at most `withinMs`. What is then left stays on the disk for the next start. */
  async close(withinMs: number): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#flushing;
    await this.#flushAll(true);
    const empty = await this.#shipper.drain(withinMs);
    if (!empty)
      this.#options.logger.warn({ bytes: this.#shipper.bytes }, 'prediction log left on the local disk for the next start');
    await this.#encoder.close();
  }

  #begin(model: string): PredictionSpool {
    const { directory, process: writer, hashKey: secret } = this.#options;
    const spool = new PredictionSpool({ directory: join(directory, model), writer, model, secret });
    this.#spools.set(model, spool);
    return spool;
  }

  async #flushAll(close: boolean): Promise<void> {
    const { logger } = this.#options;
    let refusal: unknown = null;
    for (const spool of this.#spools.values()) {
      try {
        await this.#write(spool, close);
        if (close || this.#due(spool)) await this.#rotate(spool);
      } catch (error) {
        refusal = error;
        // What is there can be shipped, which may make room.
        await this.#rotate(spool).catch(() => undefined);
      }
    }
    this.#measure();
    if (refusal !== null) this.#options.metrics.logWriteFailures.inc();
    if (refusal !== null && !this.#diskRefuses) logger.error({ err: refusal }, 'the local disk refuses the prediction log');
    if (refusal === null && this.#diskRefuses) logger.info('the local disk takes the prediction log again');
    this.#diskRefuses = refusal !== null;
  }

  async #write(spool: PredictionSpool, all: boolean): Promise<void> {
    const { metrics, logger, hashKey } = this.#options;
    const { logSpooled } = metrics;
    if (hashKey === '' && spool.hashes && !this.#warned) {
      this.#warned = true;
      logger.warn('features are logged as hashes without a secret: whoever can list their values can find them out');
    }
    const again = spool.refused;
    logSpooled.inc(await spool.write());
    if (again || all || spool.openBytes >= flushBytes) logSpooled.inc(await spool.write());
  }

  #due(spool: PredictionSpool): boolean {
    const { segmentMs, maxSegmentRows, maxSegmentBytes } = this.#options;
    if (spool.rows >= maxSegmentRows || spool.bytes >= maxSegmentBytes) return true;
    return spool.startedAt !== null && Date.now() - spool.startedAt >= segmentMs;
  }

  async #rotate(spool: PredictionSpool): Promise<void> {
    const file = await spool.rotate();
    if (file !== null) this.#shipper.add(file);
  }

  /** What is in memory and on the disk, and what was counted since the last time. */
  #measure(): void {
    const { metrics, maxSpoolBytes } = this.#options;
    let buffered = 0;
    let spooled = this.#shipper.bytes;
    for (const spool of this.#spools.values()) {
      buffered += spool.buffered;
      spooled += spool.bytes;
    }
    this.#buffered = buffered;
    this.#spoolFull = spooled >= maxSpoolBytes;
    metrics.logBuffered.set(buffered);
    metrics.logRows.inc(this.#rows);
    this.#rows = 0;
    for (const reason of reasons) {
      if (this.#dropped[reason] > 0) metrics.logDropped.inc({ reason }, this.#dropped[reason]);
      this.#dropped[reason] = 0;
    }
  }

  async #ship(path: string): Promise<Shipment> {
    const { metrics, logger, store } = this.#options;
    const segment = await this.#encoder.encode(path);
    if (segment === null) {
      logger.error({ path }, 'a file of the prediction log cannot be read; it is kept as .refused');
      return 'refused';
    }
    if (segment.damagedBytes > 0) {
      metrics.spoolDamaged.inc({ spool: 'predictions' });
      logger.warn({ path, bytes: segment.damagedBytes }, 'a crash has torn the end of a file of the prediction log');
    }
    if ('bytes' in segment) await store.put(segmentKey(segment.model, path), segment.bytes);
    return 'shipped';
  }
}
