import type { Logger } from 'pino';
import { FinalError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { WindowRow } from '../registry/windows.ts';
import { type ClosedFile, NdjsonSpool, spoolFiles } from './ndjson-spool.ts';
import { type Shipment, SpoolShipper } from './spool-shipper.ts';
import { discardHalfMerged, mergeWindowFile, readWindowFile } from './window-file.ts';

export interface WindowSpoolOptions {
  readonly directory: string;
  /** Unique to this process. */
  readonly process: string;
  /** To the registry; idempotent by the rows' keys. */
  readonly write: (rows: WindowRow[]) => Promise<unknown>;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** While the registry is away, the windows of so long become one, ms. Default 10 minutes. */
  readonly mergeMs?: number;
  /** Or those of so many bytes, whichever comes first. Default 64 MiB. */
  readonly mergeBytes?: number;
  /** Beyond this on the disk nothing more is taken, bytes. Default 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * Windows on the local disk until the registry has them; they survive a crash and are shipped at the next start. Those that the
 * registry was never asked to take may be merged while they wait; a row that may be there already is shipped as it was.
 */
export class WindowSpool {
  readonly #options: Required<WindowSpoolOptions>;
  /** Windows that nobody was asked to take. */
  readonly #fresh: NdjsonSpool;
  /** Windows that may be in the registry, or on the disk, already. */
  readonly #tried: NdjsonSpool;
  readonly #shipper: SpoolShipper;

  private constructor(options: WindowSpoolOptions) {
    this.#options = { mergeMs: 600_000, mergeBytes: 64 * 2 ** 20, maxBytes: 2 ** 30, ...options };
    const { directory, process, logger, metrics } = options;
    this.#fresh = new NdjsonSpool(directory, process);
    this.#tried = new NdjsonSpool(directory, `${process}-tried`);
    this.#shipper = new SpoolShipper({ name: 'windows', ship: (path) => this.#ship(path), logger, metrics });
  }

  /** Ships what an earlier process left behind. */
  static async open(options: WindowSpoolOptions): Promise<WindowSpool> {
    const spool = new WindowSpool(options);
    await discardHalfMerged(options.directory);
    for (const file of await spoolFiles(options.directory)) spool.#shipper.add(file);
    return spool;
  }

  /** Nothing waits on the disk. */
  get empty(): boolean {
    return this.#shipper.bytes === 0 && this.#fresh.bytes === 0;
  }

  get full(): boolean {
    return this.#shipper.bytes + this.#fresh.bytes >= this.#options.maxBytes;
  }

  /** Takes windows that nobody was asked to take. Rejects where the disk refuses; some of them may be on it then. */
  async append(rows: readonly WindowRow[], now = Date.now()): Promise<void> {
    try {
      await this.#fresh.write(rows.map(lineOf), now);
    } catch (error) {
      // The rows will come again as tried ones: what is in this file of them must not be merged with others.
      const file = await this.#fresh.rotate().catch(() => null);
      if (file !== null) this.#shipper.add(file);
      throw error;
    }
  }

  /** Takes windows that may be in the registry, or in the spool, already. Rejects where the disk refuses. */
  async appendTried(rows: readonly WindowRow[], now = Date.now()): Promise<void> {
    try {
      await this.#tried.write(rows.map(lineOf), now);
    } finally {
      const file = await this.#tried.rotate().catch(() => null);
      if (file !== null) this.#shipper.add(file);
    }
  }

  /** Hands on what is due: all, once nothing else waits; else what has waited so long that it is merged. */
  async turn(now = Date.now()): Promise<void> {
    const { mergeMs, mergeBytes, logger } = this.#options;
    const { startedAt, bytes } = this.#fresh;
    if (startedAt === null) return;
    const idle = this.#shipper.bytes === 0;
    if (!idle && now - startedAt < mergeMs && bytes < mergeBytes) return;
    const file = await this.#fresh.rotate();
    if (file === null) return;
    const merged = idle ? file : await mergeWindowFile(file, () => this.#damaged()).catch((error: unknown) => error);
    if (merged instanceof Error) logger.warn({ err: merged, path: file.path }, 'windows not merged');
    this.#shipper.add(merged instanceof Error ? file : (merged as ClosedFile));
  }

  /** Ships for at most `withinMs`. What is then left stays on the disk for the next start. */
  async close(withinMs: number): Promise<void> {
    const file = await this.#fresh.rotate();
    if (file !== null) this.#shipper.add(file);
    const empty = await this.#shipper.drain(withinMs);
    if (!empty) this.#options.logger.warn({ bytes: this.#shipper.bytes }, 'windows left on the local disk for the next start');
  }

  async #ship(path: string): Promise<Shipment> {
    for await (const rows of readWindowFile(path, () => this.#damaged())) {
      try {
        await this.#options.write(rows);
      } catch (error) {
        if (!(error instanceof FinalError)) throw error;
        this.#options.logger.error({ err: error, path }, 'the registry refuses these windows; the file is kept as .refused');
        return 'refused';
      }
    }
    return 'shipped';
  }

  #damaged(): void {
    this.#options.metrics.spoolDamaged.inc({ spool: 'windows' });
  }
}

const lineOf = (row: WindowRow) => JSON.stringify(row);
