import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** Which of the processes that share a port this one is, from 0; null for the one that keeps them, and for one alone. */
const placeVariable = 'PAWL_GATEWAY_PLACE';
const shortestPause = 500;
const longestPause = 30_000;
/** A process that lived so long was well: the next one may start at once. */
const wellAfterMs = 60_000;

interface MetricsMessage {
  readonly pawl: 'metrics';
  readonly id: number;
  readonly text?: string;
}

/** Null in the process that keeps the others, and where there are no others. */
export function placeInGroup(): number | null {
  const place = process.env[placeVariable];
  return cluster.isWorker && place !== undefined ? Number(place) : null;
}

/**
 * Runs this program so many times on one port, and starts one anew that ends by itself. Connections go to the processes in turn.
 * SIGTERM and SIGINT are passed on; resolves once all have ended.
 */
export function keepProcesses(count: number, logger: Logger): Promise<void> {
  const metrics = new AggregatorRegistry();
  const workers = new Map<number, Worker>();
  let stopping = false;
  let ended: (() => void) | undefined;

  function start(place: number, pause: number): void {
    const worker = cluster.fork({ [placeVariable]: String(place) });
    const startedAt = performance.now();
    workers.set(place, worker);
    worker.on('message', (message: MetricsMessage) => {
      if (message.pawl !== 'metrics') return;
      const reply = (text: string) => worker.isConnected() && worker.send({ pawl: 'metrics', id: message.id, text });
      metrics
        .clusterMetrics()
        .then(reply, (error: unknown) => logger.warn({ err: error }, 'metrics of the processes not gathered'));
    });
    worker.on('exit', (code, signal) => {
      workers.delete(place);
      if (stopping) {
        if (workers.size === 0) ended?.();
        return;
      }
      const next = performance.now() - startedAt > wellAfterMs ? shortestPause : Math.min(longestPause, pause * 2);
      logger.error({ place, code, signal, again: next }, 'a process of the gateway ended; another one follows');
      setTimeout(() => !stopping && start(place, next), next);
    });
  }

  for (let place = 0; place < count; place++) start(place, shortestPause / 2);
  return new Promise((resolve) => {
    ended = resolve;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        stopping = true;
        if (workers.size === 0) resolve();
        for (const worker of workers.values()) worker.kill('SIGTERM');
      });
    }
  });
}

/** The metrics of all processes of the group, asked of the one that keeps them. */
export function groupMetrics(register: Registry): () => Promise<string> {
  AggregatorRegistry.setRegistries(register);
  // What it is for in a process that is kept: it answers when the keeper asks.
  void new AggregatorRegistry();
  const waiting = new Map<number, (text: string) => void>();
  let asked = 0;
  process.on('message', (message: MetricsMessage) => {
    if (message.pawl !== 'metrics') return;
    waiting.get(message.id)?.(message.text ?? '');
    waiting.delete(message.id);
  });
  return () =>
    new Promise((resolve) => {
      const id = ++asked;
      waiting.set(id, resolve);
      process.send?.({ pawl: 'metrics', id } satisfies MetricsMessage);
    });
}
