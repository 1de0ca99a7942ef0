import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import type { ModelTraffic } from './model-traffic.ts';
import type { Cost } from './scorer.ts';
import type { ServedVersion } from './served-version.ts';
import type { OpenWindows } from './windows.ts';

const roles = ['champion', 'challenger', 'shadow'] as const;

/** What was told of a version already. */
interface Told {
  readonly counts: Record<(typeof roles)[number], { requests: number; errors: number }>;
  cpuMs: number;
  rows: number;
}

const nothing = (): Told => ({
  counts: { champion: zero(), challenger: zero(), shadow: zero() },
  cpuMs: 0,
  rows: 0,
});
const zero = () => ({ requests: 0, errors: 0 });

/**
 * Brings to metrics and windows what versions count for themselves: a counter with labels for each request would cost more than
 * routing it.
 */
export class VersionAccounts {
  readonly #metrics: GatewayMetrics;
  readonly #told = new WeakMap<ServedVersion, Told>();
  readonly #charged = new WeakMap<ServedVersion, Cost>();

  constructor(metrics: GatewayMetrics) {
    this.#metrics = metrics;
  }

  /** Adds what is new since the last time to the metrics. */
  tell(model: string, served: ServedVersion): void {
    const told = this.#told.get(served) ?? nothing();
    const { metrics, version } = { metrics: this.#metrics, version: served.version };
    for (const role of roles) {
      const [now, before] = [served.counts[role], told.counts[role]];
      if (now.requests > before.requests) metrics.requests.inc({ model, version, role }, now.requests - before.requests);
      if (now.errors > before.errors) metrics.errors.inc({ model, version, role }, now.errors - before.errors);
      told.counts[role] = { ...now };
    }
    const cost = served.scorer.cost();
    metrics.versionCpu.inc({ model, version }, (cost.cpuMs - told.cpuMs) / 1000);
    metrics.versionRows.inc({ model, version }, cost.rows - told.rows);
    metrics.versionMemory.set({ model, version }, cost.memoryBytes);
    metrics.breakerOpen.set({ model, version }, served.breaker.open ? 1 : 0);
    this.#told.set(served, { ...told, cpuMs: cost.cpuMs, rows: cost.rows });
  }

  /** The version is unloaded: its series end, so that they do not grow in number with every release. */
  forget(model: string, { version }: ServedVersion): void {
    const { requests, errors, versionCpu, versionRows, versionMemory, breakerOpen } = this.#metrics;
    for (const role of roles) for (const counter of [requests, errors]) counter.remove({ model, version, role });
    for (const metric of [versionCpu, versionRows, versionMemory, breakerOpen]) metric.remove({ model, version });
  }

  /** Charges the windows that are open with what scoring took since the last time. */
  charge({ model, assignment, shelf }: ModelTraffic, windows: OpenWindows): void {
    if (assignment === null) return;
    const { champion, challenger, revision } = assignment;
    for (const served of shelf.all()) {
      const before = this.#charged.get(served) ?? { cpuMs: 0, rows: 0 };
      const cost = served.scorer.cost();
      this.#charged.set(served, cost);
      if (cost.rows === before.rows) continue;
      const { version } = served;
      const role = version === champion?.version ? 'champion' : version === challenger?.version ? 'challenger' : 'shadow';
      const arm = windows.arm(model, version, revision, role, served.shape);
      arm.spent(cost.cpuMs - before.cpuMs, cost.rows - before.rows, cost.memoryBytes);
    }
  }
}
