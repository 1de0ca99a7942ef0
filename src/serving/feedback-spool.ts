import type { Logger } from 'pino';
import { FinalError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { NdjsonSpool, readSpool, spoolFiles } from './ndjson-spool.ts';
import { SpoolShipper, type Shipment } from './spool-shipper.ts';

/** What really happened, for one prediction. `observedAt` in ms since 1970. */
export interface SpooledLabel {
  readonly model: string;
  readonly predictionId: string;
  readonly label: string;
  readonly observedAt: number;
}

export interface FeedbackSpoolOptions {
  readonly directory: string;
  /** Unique to this process. */
  readonly process: string;
  /** To the registry; idempotent by prediction id. */
  readonly write: (
    model: string,
    labels: { predictionId: string; label: string; observedAt: Date }[],
  ) => Promise<{ readonly repeated: number; readonly conflicting: number }>;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
  /** How often labels leave for the registry, ms. */
  readonly shipMs?: number;
  /** Beyond this on the disk, labels are refused until the registry takes some, bytes. */
  readonly maxSpoolBytes?: number;
}

const batchLabels = 2000;

/** Keeps labels on the local disk until the registry has them: once accepted, a label survives a crash and an absent registry. */
export class FeedbackSpool {
  readonly #options: FeedbackSpoolOptions;
  readonly #spool: NdjsonSpool;
  readonly #shipper: SpoolShipper;
  #timer: NodeJS.Timeout | null = null;

  private constructor(options: FeedbackSpoolOptions) {
    this.#options = options;
    this.#spool = new NdjsonSpool(options.directory, options.process);
    const { logger, metrics } = options;
    this.#shipper = new SpoolShipper({ name: 'labels', ship: (path) => this.#ship(path), logger, metrics });
  }

  /** Ships what an earlier process left behind, and takes labels from now on. */
  static async open(options: FeedbackSpoolOptions): Promise<FeedbackSpool> {
    const feedback = new FeedbackSpool(options);
    for (const file of await spoolFiles(options.directory)) feedback.#shipper.add(file);
    feedback.#timer = setInterval(
      () => void feedback.#rotate().catch((error: unknown) => feedback.#tell(error)),
      options.shipMs ?? 250,
    );
    return feedback;
  }

  /** Resolves once the labels are on the disk. Rejects where the disk refuses them or the spool is full: then none is accepted. */
  async accept(labels: readonly SpooledLabel[]): Promise<void> {
    if (this.#shipper.bytes >= (this.#options.maxSpoolBytes ?? 2 ** 30)) throw new Error('The label spool is full.');
    try {
      await this.#spool.write(labels.map((label) => JSON.stringify(label)));
    } catch (error) {
      await this.#rotate().catch(() => undefined);
      throw error;
    }
  }

  /** Ships for at most `withinMs`. What is then left stays on the disk for the next start. */
  async close(withinMs: number): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#rotate();
    const empty = await this.#shipper.drain(withinMs);
    if (!empty) this.#options.logger.warn({ bytes: this.#shipper.bytes }, 'labels left on the local disk for the next start');
  }

  async #rotate(): Promise<void> {
    const file = await this.#spool.rotate();
    if (file !== null) this.#shipper.add(file);
  }

  #tell(error: unknown): void {
    this.#options.logger.error({ err: error }, 'the local disk refuses labels');
  }

  async #ship(path: string): Promise<Shipment> {
    const { values, damaged } = await readSpool(path);
    const labels = values.filter(isSpooledLabel);
    const torn = damaged + values.length - labels.length;
    if (torn > 0) this.#options.metrics.spoolDamaged.inc({ spool: 'labels' }, torn);
    for (const model of new Set(labels.map((label) => label.model))) {
      const own = labels.filter((label) => label.model === model);
      for (let start = 0; start < own.length; start += batchLabels) {
        const batch = own.slice(start, start + batchLabels);
        try {
          const { repeated, conflicting } = await this.#options.write(
            model,
            batch.map(({ predictionId, label, observedAt }) => ({ predictionId, label, observedAt: new Date(observedAt) })),
          );
          this.#options.metrics.labelsRepeated.inc({ model }, repeated);
          this.#options.metrics.labelsConflicting.inc({ model }, conflicting);
          if (conflicting > 0) this.#options.logger.warn({ model, conflicting }, 'labels contradict those that stand');
        } catch (error) {
          if (!(error instanceof FinalError)) throw error;
          this.#options.logger.error(
            { err: error, model, path },
            'the registry refuses these labels; the file is kept as .refused',
          );
          return 'refused';
        }
      }
    }
    return 'shipped';
  }
}

function isSpooledLabel(value: unknown): value is SpooledLabel {
  const label = value as Partial<SpooledLabel> | null;
  return (
    typeof label === 'object' &&
    label !== null &&
    typeof label.model === 'string' &&
    typeof label.predictionId === 'string' &&
    typeof label.label === 'string' &&
    typeof label.observedAt === 'number'
  );
}
