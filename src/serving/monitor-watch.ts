import type { DriftReport } from '../monitoring/drift-report.ts';
import type { MeasuredFeature } from '../monitoring/measures.ts';
import type { AlarmKind } from '../monitoring/state.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';

export interface MonitorWatchOptions {
  /** What monitors put on record: the newest look at each model, and the alarms that stand. */
  readonly read: () => Promise<{
    readonly looks: readonly { readonly model: string; readonly report: DriftReport }[];
    readonly alarms: readonly { readonly model: string; readonly kind: AlarmKind }[];
  }>;
  readonly metrics: Pick<GatewayMetrics, 'alarms' | 'driftEvidence' | 'driftMeasure'>;
  /** How often the registry is asked, ms. Default 30,000. */
  readonly everyMs?: number;
}

/** Keeps the gauges of alarms and drift in step with the registry; while that is away they stay as they are. */
export class MonitorWatch {
  readonly #options: MonitorWatchOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: MonitorWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), options.everyMs ?? 30_000);
    void this.look();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const seen = await this.#options.read().catch(() => null);
    if (seen === null) return;
    const { alarms, driftEvidence, driftMeasure } = this.#options.metrics;
    // What is no longer on record has no series.
    for (const gauge of [alarms, driftEvidence, driftMeasure]) gauge.reset();
    for (const { model, kind } of seen.alarms) alarms.set({ model, kind }, 1);
    for (const { model, report } of seen.looks) {
      for (const { feature, evidence, measures } of report.features) {
        if (evidence !== null) driftEvidence.set({ model, feature }, evidence.share);
        for (const [measure, value] of measures === null ? [] : measuresOf(measures))
          driftMeasure.set({ model, feature, measure }, value);
      }
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Those that there are of the feature's type. */
function measuresOf({ ks, psi, kullbackLeibler, jensenShannon, wasserstein, chiSquare }: MeasuredFeature): [string, number][] {
  return [
    ...(ks === null ? [] : [['ks', ks.distance] as [string, number]]),
    ['psi', psi],
    ['kullback_leibler', kullbackLeibler],
    ['jensen_shannon', jensenShannon],
    ...(wasserstein?.inDeviations == null ? [] : [['wasserstein', wasserstein.inDeviations] as [string, number]]),
    ['chi_square', chiSquare.statistic],
  ];
}
