import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { Trust } from '../attestation/trust.ts';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { forgetGateway, reportGateway } from '../registry/gateways.ts';
import { allOpenAlarms } from '../registry/alarms.ts';
import { newestDriftReports } from '../registry/drift-reports.ts';
import { labelCounts, writeLabels } from '../registry/labels.ts';
import { listenTraffic } from '../registry/listen-traffic.ts';
import { openRegistry } from '../registry/registry.ts';
import { listModels } from '../registry/specs.ts';
import { AssignmentReader } from '../registry/assignment-reader.ts';
import { writeWindows } from '../registry/windows.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { AssignmentWatch } from './assignment-watch.ts';
import { FeedbackSpool } from './feedback-spool.ts';
import { gatewayRoutes, isReady } from './gateway-handlers.ts';
import { HttpServer } from './http-server.ts';
import { LabelWatch } from './label-watch.ts';
import { MonitorWatch } from './monitor-watch.ts';
import { LocalCache } from './local-cache.ts';
import { startGrpcServer } from './open-inference/grpc-server.ts';
import { createInferenceRoutes } from './open-inference/inference-routes.ts';
import { PredictionLog } from './prediction-log.ts';
import { Predictor } from './predictor.ts';
import { Router } from './routes.ts';
import { SpoolLock } from './spool-lock.ts';
import { TrafficBook } from './traffic-book.ts';
import { VersionAccounts } from './version-accounts.ts';
import { loadVersion } from './version-loader.ts';
import { WindowWriter } from './window-writer.ts';
import { OpenWindows } from './windows.ts';

export interface GatewayOptions {
  /** Null: none is named, and the gateway serves what is in its cache. */
  readonly registryUrl: string | null;
  readonly store: ObjectStore;
  readonly logger: Logger;
  /** Whose attestations of versions count. Default: nobody's, and none is asked for. */
  readonly trust?: Trust | null;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Those that it serves. Default: all. */
  readonly models?: readonly string[];
  /** A folder of this gateway's own: log, labels, cache. */
  readonly spoolDirectory: string;
  /** How much a crash may lose of the prediction log, ms. Default 200. */
  readonly flushMs?: number;
  /** How often the prediction log is shipped, ms. Default 10,000. */
  readonly segmentMs?: number;
  /** The secret of features that are logged as hashes; see ValueHasher. Default: none. */
  readonly logHashKey?: string | undefined;
  /** How often windows are written, ms. Default 2000. */
  readonly windowMs?: number;
  /** How often the registry is asked, beside its notifications, ms. Default 500: a share is in force within a second also when a notification is lost. */
  readonly pollMs?: number;
  /** Largest body, bytes. Default 1 MiB. */
  readonly bodyLimit?: number;
  /** Where the Open Inference Protocol is spoken over gRPC; 0 takes a free one. Default: nowhere. */
  readonly grpcPort?: number;
  /** So many rows may be under way. Default 10,000. */
  readonly mostRows?: number;
  /** The metrics of all processes that share the port. Default: those of this one. */
  readonly metricsText?: (register: MetricsRegistry) => () => Promise<string>;
  /**
   * So long it waits for its champions before it listens, ms. Default 0: whoever asks early is told to come back. Of several processes
   * on a port, one that is not ready would be handed callers whom the others could answer.
   */
  readonly listenWithinMs?: number;
  /** How long a shutdown may take for each of: requests, log, windows and labels, ms. Default 5000. */
  readonly drainMs?: number;
}

export interface Gateway {
  /** `http://host:port` */
  readonly address: string;
  /** Null where gRPC is not spoken. */
  readonly grpcPort: number | null;
  /** Its name in windows, reports and segments. */
  readonly process: string;
  /** Stops accepting, finishes what is in flight, flushes log, windows and labels. */
  close(): Promise<void>;
}

/**
 * Starts a gateway. It listens once it has asked the registry, or, where that is away, has read its local cache; versions
 * are loaded behind that, and /readyz says when they are.
 * @throws FinalError PAWL_SPOOL_IN_USE
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const {
    store,
    logger,
    spoolDirectory,
    host = '127.0.0.1',
    flushMs = 200,
    segmentMs = 10_000,
    windowMs = 2000,
    drainMs = 5000,
  } = options;
  const process = `${hostname().replace(/[^A-Za-z0-9]+/g, '-')}-${globalThis.process.pid}-${randomBytes(3).toString('hex')}`;
  const lock = await SpoolLock.take(spoolDirectory);
  const registry = openRegistry(options.registryUrl ?? nowhere);
  const metrics = createGatewayMetrics();
  const cache = new LocalCache(join(spoolDirectory, 'cache'));

  const log = await PredictionLog.open({
    directory: join(spoolDirectory, 'predictions'),
    process,
    store,
    logger,
    metrics,
    hashKey: options.logHashKey ?? '',
    flushMs,
    segmentMs,
  });
  const feedback = await FeedbackSpool.open({
    directory: join(spoolDirectory, 'labels'),
    process,
    write: (model, labels) => writeLabels(registry, model, labels),
    logger,
    metrics,
  });
  const labelWatch = new LabelWatch({ read: () => labelCounts(registry), metrics });
  const monitorWatch = new MonitorWatch({
    read: async () => ({ looks: await newestDriftReports(registry), alarms: await allOpenAlarms(registry) }),
    metrics,
  });
  const windows = new OpenWindows(process, Date.now());
  const writer = await WindowWriter.open({
    directory: join(spoolDirectory, 'windows'),
    process,
    write: (rows) => writeWindows(registry, rows),
    logger,
    metrics,
  });
  const accounts = new VersionAccounts(metrics);
  const book = new TrafficBook({
    accounts,
    load: (model, ref) => loadVersion(model, ref, { store, cache, logger, trust: options.trust ?? null }),
    cache,
    onVersions: () => watch.look(),
    logger,
    metrics,
    monotonic,
  });
  const predictor = new Predictor({ log, windows, metrics, logger, monotonic, mostRows: options.mostRows ?? 10_000 });
  const draining = () => server.draining;
  const ready = () => isReady({ book, draining });
  metrics.beforeScrape(() => {
    book.observe();
    metrics.rowsUnderWay.set(predictor.rowsUnderWay);
  });
  const metricsText = options.metricsText?.(metrics.register) ?? (() => metrics.register.metrics());
  const inference = { book, predictor, metrics, logger, ready };
  const router = new Router({
    routes: gatewayRoutes({ process, book, predictor, feedback, metrics, metricsText, monotonic, draining }),
    protocols: [createInferenceRoutes(inference)],
    callerFault: (model) => {
      const traffic = book.get(model);
      if (traffic !== null) predictor.callerFault(traffic);
    },
    metrics,
    logger,
  });
  const bodyLimit = options.bodyLimit ?? 2 ** 20;
  const server = new HttpServer({
    answer: (request) => router.answer(request),
    refuse: (error, request) => router.refuse(error, request),
    monotonic,
    bodyLimit,
  });
  let grpc: Awaited<ReturnType<typeof startGrpcServer>> | null = null;

  let address = '';
  let reachable: boolean | null = null;
  let looked: (() => void) | undefined;
  const firstLook = new Promise<void>((resolve) => (looked = resolve));
  const assignments = new AssignmentReader(registry);
  const watch = AssignmentWatch.start({
    read: async () => {
      const [models, assigned] = await Promise.all([listModels(registry), assignments.read()]);
      const own = (model: string) => options.models?.includes(model) ?? true;
      return { models: models.filter(own), assignments: assigned.filter(({ model }) => own(model)) };
    },
    listen: (onChange) => listenTraffic(registry, onChange),
    onTraffic: async (traffic, askedAt) => {
      if (reachable === false) logger.info('the registry answers again');
      reachable = true;
      metrics.registryReachable.set(1);
      book.adopt(traffic, askedAt);
      looked?.();
      await report();
    },
    onFailure: (error) => {
      if (reachable !== false) logger.warn({ err: error }, 'the registry is away; the last known traffic stays in force');
      reachable = false;
      metrics.registryReachable.set(0);
      looked?.();
    },
    monotonic,
    pollMs: options.pollMs ?? 500,
  });

  /** What is in force here, for rollouts that wait for it. */
  async function report(): Promise<void> {
    if (address === '') return;
    for (const { model, assignment, shelf } of book.all()) {
      if (assignment !== null)
        await reportGateway(registry, { process, address, model, revision: assignment.revision, versions: shelf.ready() });
    }
  }

  await firstLook;
  const cached = reachable === false ? await cache.readTraffic() : null;
  if (cached !== null) {
    logger.warn({ models: cached.models }, 'started from the local cache');
    book.adopt(cached, monotonic());
  }
  const closeWindows = () => {
    for (const traffic of book.all()) accounts.charge(traffic, windows);
    writer.add(windows.close(Date.now()));
  };
  const timer = setInterval(() => {
    closeWindows();
    void writer.write();
  }, windowMs);

  async function stop(): Promise<void> {
    await Promise.all([server.close(drainMs), grpc?.close(drainMs)]);
    await predictor.idle();
    await watch.close();
    // Whoever waits for every gateway must not wait for one that is gone.
    await within(drainMs, forgetGateway(registry, process));
    clearInterval(timer);
    labelWatch.close();
    monitorWatch.close();
    closeWindows();
    await Promise.all([log.close(drainMs), feedback.close(drainMs), writer.close(drainMs)]);
    await book.close();
    await within(drainMs, registry.close());
    metrics.register.clear();
    await lock.release();
  }

  try {
    const patientUntil = monotonic() + (options.listenWithinMs ?? 0);
    while (!ready() && monotonic() < patientUntil) await pause(readinessMs);
    const bound = await server.listen(options.port, host);
    address = `http://${bound.host}:${bound.port}`;
    if (options.grpcPort !== undefined)
      grpc = await startGrpcServer({ ...inference, host, port: options.grpcPort, bodyLimit, monotonic });
  } catch (error) {
    await stop();
    throw error;
  }
  watch.look();
  const grpcPort = grpc?.port ?? null;
  logger.info({ address, grpcPort, process }, 'ready');
  return { address, grpcPort, process, close: stop };
}

/** A registry that is away for good: this ending is set apart for names that nobody has (RFC 6761). */
const nowhere = 'postgres://registry.invalid/none';

/** How often it looks whether it may listen. */
const readinessMs = 20;

/** Goes forward only. */
const monotonic = () => performance.now();

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
