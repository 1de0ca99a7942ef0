import type { GatewayMetrics } from '../observability/gateway-metrics.ts';

export interface LabelWatchOptions {
  /** What the registry last counted, of every model that has labels. */
  readonly read: () => Promise<readonly { readonly model: string; readonly unknown: number }[]>;
  readonly metrics: GatewayMetrics;
  /** How often the registry is asked, ms. Default 10,000. */
  readonly everyMs?: number;
}

/** Keeps the gauge of unknown labels in step with the registry; while that is away the gauge stays as it is. */
export class LabelWatch {
  readonly #options: LabelWatchOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: LabelWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.everyMs ?? 10_000);
    void this.look();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const counts = await this.#options.read().catch(() => []);
    for (const { model, unknown } of counts) this.#options.metrics.labelsUnknown.set({ model }, unknown);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
