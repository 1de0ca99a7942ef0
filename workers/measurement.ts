import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, type ActivityInterceptorsFactory, type RuntimeOptions } from '@temporalio/worker';
import { measuringInterceptor } from '../activities/measured.ts';
import { serveMetrics } from '../src/observability/metrics-endpoint.ts';
import { createWorkerMetrics, type WorkerMetrics } from '../src/observability/worker-metrics.ts';
import { outboxState, type Receiver } from '../src/registry/outbox.ts';
import type { Registry } from '../src/registry/registry.ts';

/** What a worker counts of itself, and where it tells it. */
export interface Measurement {
  readonly interceptor: ActivityInterceptorsFactory;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Installs Temporal's runtime, with its own metrics, and answers `GET /metrics` with these and pawl's. To be called once, before there
 * is a worker.
 * @param sends receivers whose outbox this worker tells of
 */
export async function measure(
  runtime: RuntimeOptions,
  {
    registry,
    sends,
    ...address
  }: { readonly host: string; readonly port: number; readonly registry: Registry; readonly sends: readonly Receiver[] },
): Promise<Measurement> {
  const port = await installMeasured(runtime);
  const metrics = createWorkerMetrics();
  const own = async () => {
    if (sends.length > 0) await lookAtOutbox(registry, metrics, sends);
    return metrics.register.metrics();
  };
  const temporal = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const endpoint = await serveMetrics(address, [own, temporal]);
  return { interceptor: measuringInterceptor(metrics), port: endpoint.port, close: () => endpoint.close() };
}

/** The runtime has a server of its own for its metrics, which only this process asks. Returns its port. */
async function installMeasured(runtime: RuntimeOptions): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = await unusedPort();
    const prometheus = {
      bindAddress: `127.0.0.1:${port}`,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
    };
    try {
      Runtime.install({ ...runtime, telemetryOptions: { ...runtime.telemetryOptions, metrics: { prometheus } } });
      return port;
    } catch (error) {
      // Somebody else took it in between.
      if (tries === 5 || !/in use/i.test(String(error))) throw error;
    }
  }
}

async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** How long the registry may take to say what waits, ms: the metrics that need nobody must not wait for it. */
const patience = 2000;

async function lookAtOutbox(registry: Registry, metrics: WorkerMetrics, receivers: readonly Receiver[]): Promise<void> {
  const states = await Promise.race([outboxState(registry), sleep(patience, null)]).catch(() => null);
  if (states === null) {
    // No series rather than old ones.
    for (const gauge of [metrics.waiting, metrics.oldest, metrics.refused]) gauge.reset();
    return;
  }
  for (const receiver of receivers) {
    const { waiting = 0, since = null, refused = 0 } = states.find((state) => state.receiver === receiver) ?? {};
    metrics.waiting.set({ receiver }, waiting);
    metrics.oldest.set({ receiver }, since === null ? 0 : Math.max(0, (Date.now() - since.getTime()) / 1000));
    metrics.refused.set({ receiver }, refused);
  }
}
