import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { isLoggedPrediction, type LoggedPrediction } from './logged-prediction.ts';
import { NdjsonSpool, readSpool, spoolFiles, type ClosedFile } from './ndjson-spool.ts';
import { encodeSegment, segmentKey } from './segment.ts';
import { SpoolShipper } from './spool-shipper.ts';

export type { LoggedPrediction } from './logged-prediction.ts';

export interface PredictionLogOptions {
  /** One folder a model below it. */
  readonly directory: string;
  /** Unique to this process. */
  readonly process: string;
  readonly store: ObjectStore;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** A crash loses at most what was appended in this time, ms. */
  readonly flushMs?: number;
  /** A segment holds at most what was appended in this time, ms. */
  readonly segmentMs?: number;
  /** Beyond it a segment ends early: encoding one holds the event loop. */
  readonly maxSegmentRows?: number;
  /** Beyond this on the disk, new rows are dropped, bytes. */
  readonly maxSpoolBytes?: number;
  /** Beyond this in memory (the disk does not take them), new rows are dropped. */
  readonly maxBufferedRows?: number;
}

interface Part {
  readonly spool: NdjsonSpool;
  lines: string[];
}

/**
 * The prediction log of a gateway: rows go to a spool on the local disk, and from there as Parquet segments to the object
 * store. Appending never waits and never throws; what cannot be kept is dropped and counted.
 */
export class PredictionLog {
  readonly #options: Required<PredictionLogOptions>;
  readonly #parts = new Map<string, Part>();
  readonly #shipper: SpoolShipper;
  #buffered = 0;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  private constructor(options: PredictionLogOptions) {
    this.#options = {
      flushMs: 200,
      segmentMs: 10_000,
      maxSegmentRows: 2500,
      maxSpoolBytes: 2 ** 30,
      maxBufferedRows: 100_000,
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
      if (folder.isDirectory()) for (const file of await spoolFiles(join(options.directory, folder.name))) log.#shipper.add(file);
    }
    log.#timer = setInterval(() => void log.flush(), log.#options.flushMs);
    return log;
  }

  append(row: LoggedPrediction): void {
    const { maxSpoolBytes, maxBufferedRows, metrics } = this.#options;
    if (this.#shipper.bytes >= maxSpoolBytes) return metrics.logDropped.inc({ reason: 'spool full' });
    if (this.#buffered >= maxBufferedRows) return metrics.logDropped.inc({ reason: 'disk refuses' });
    let part = this.#parts.get(row.model);
    if (part === undefined) {
      part = { spool: new NdjsonSpool(join(this.#options.directory, row.model), this.#options.process), lines: [] };
      this.#parts.set(row.model, part);
    }
    part.lines.push(JSON.stringify(row));
    this.#buffered++;
    metrics.logRows.inc();
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
  }

  async #flushAll(close: boolean): Promise<void> {
    for (const part of this.#parts.values()) {
      const lines = part.lines;
      part.lines = [];
      try {
        await part.spool.write(lines);
        this.#buffered -= lines.length;
        this.#options.metrics.logSpooled.inc(lines.length);
        if (close || this.#due(part.spool)) await this.#rotate(part.spool);
      } catch (error) {
        part.lines = [...lines, ...part.lines];
        this.#options.logger.error({ err: error, rows: this.#buffered }, 'the local disk refuses the prediction log');
        await this.#rotate(part.spool).catch(() => undefined);
      }
    }
  }

  #due(spool: NdjsonSpool): boolean {
    const { segmentMs, maxSegmentRows } = this.#options;
    return spool.rows >= maxSegmentRows || (spool.startedAt !== null && Date.now() - spool.startedAt >= segmentMs);
  }

  async #rotate(spool: NdjsonSpool): Promise<void> {
    const file: ClosedFile | null = await spool.rotate();
    if (file !== null) this.#shipper.add(file);
  }

  async #ship(path: string): Promise<'shipped'> {
    const { values, damaged } = await readSpool(path);
    const rows = values.filter(isLoggedPrediction);
    const torn = damaged + values.length - rows.length;
    if (torn > 0) this.#options.metrics.spoolDamaged.inc({ spool: 'predictions' }, torn);
    const model = rows[0]?.model;
    if (model !== undefined) await this.#options.store.put(segmentKey(model, path), encodeSegment(rows));
    return 'shipped';
  }
}
