import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RuntimeOptions, WorkerOptions } from '@temporalio/worker';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Dependencies } from '../activities/dependencies.ts';
import { wallClock } from '../activities/dependencies.ts';
import { failureInterceptor } from '../activities/failures.ts';
import { outsideInterceptor } from '../activities/tell-outside.ts';
import { configuredSigner, configuredTrust } from '../src/attestation/configured.ts';
import { configuredLineage } from '../src/lineage/configured.ts';
import { configuredMlflow } from '../src/mlflow/configured.ts';
import { OutboxSender } from '../src/outbox/outbox-sender.ts';
import { receiversOf } from '../src/outbox/receivers.ts';
import { createLogger } from '../src/observability/logger.ts';
import { openRegistry } from '../src/registry/registry.ts';
import type { Settings } from '../src/settings.ts';
import { readSettings } from '../src/settings.ts';
import { openStore } from '../src/storage/open-store.ts';
import { measure } from './measurement.ts';

/** Workflows built ahead by `npm run build`; from source (tests) Temporal bundles them itself. */
export function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const bundle = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(bundle)) return { workflowBundle: { codePath: bundle } };
  return {
    workflowsPath: fileURLToPath(
      new URL(`../workflows/index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
    ),
  };
}

/**
 * A worker process from its environment: runs until SIGTERM or SIGINT, then lets what it is doing finish or checkpoint.
 * Prints one line with the message `ready` once it polls. One that `sends` tells others what waits for them in the outbox.
 */
export async function runWorker(
  name: string,
  options: (dependencies: Dependencies, settings: Settings) => Partial<WorkerOptions> & { taskQueue: string },
  { sends = false }: { readonly sends?: boolean } = {},
): Promise<void> {
  const settings = readSettings(process.env);
  const logger = createLogger(name, settings.PAWL_LOG_LEVEL);
  const cluster = { address: settings.PAWL_RAY_ADDRESS ?? null, token: settings.PAWL_RAY_TOKEN ?? null };
  const signing = { signer: configuredSigner(settings), trust: configuredTrust(settings) };
  const lineage = configuredLineage(settings);
  const mlflow = configuredMlflow(settings);
  const registry = openRegistry(settings.PAWL_REGISTRY_URL);
  const runtime: RuntimeOptions = { logger: temporalLogger(logger), shutdownSignals: ['SIGINT', 'SIGTERM'] };
  const { PAWL_METRICS_HOST: host, PAWL_METRICS_PORT: port } = settings;
  const named = [...(lineage === null ? [] : ['openlineage' as const]), ...(mlflow === null ? [] : ['mlflow' as const])];
  const measured = port === undefined ? null : await measure(runtime, { host, port, registry, sends: sends ? named : [] });
  if (measured === null) Runtime.install(runtime);
  const connection = await NativeConnection.connect({ address: settings.PAWL_TEMPORAL_ADDRESS });
  const store = openStore(
    settings.PAWL_STORE_URL,
    settings.PAWL_S3_ENDPOINT === undefined ? {} : { s3Endpoint: settings.PAWL_S3_ENDPOINT },
  );
  const outside = { registry, store, clock: wallClock, lineage: lineage?.teller ?? null, mlflow };
  let sender: OutboxSender | null = null;
  try {
    const worker = await Worker.create({
      connection,
      namespace: settings.PAWL_TEMPORAL_NAMESPACE,
      shutdownGraceTime: '5 seconds',
      // Otherwise progress is up to 8 s old where people watch it: four fifths of a heartbeat's timeout.
      maxHeartbeatThrottleInterval: '1 second',
      interceptors: {
        activity: [...(measured === null ? [] : [measured.interceptor]), failureInterceptor, outsideInterceptor(outside)],
      },
      ...options({ registry, store, clock: wallClock, logger, lookEvery: 1000, mlflow, cluster, ...signing }, settings),
    });
    const receivers = receiversOf({ registry, store }, { lineage: lineage?.sink ?? null, mlflow });
    if (sends) sender = new OutboxSender({ registry, logger, receivers });
    const running = worker.run();
    logger.info({ taskQueue: worker.options.taskQueue, ...(measured === null ? {} : { metricsPort: measured.port }) }, 'ready');
    await running;
  } finally {
    await sender?.close();
    await measured?.close();
    await registry.close();
    await connection.close();
  }
}

function temporalLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    logger[level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info'](meta ?? {}, message);
  });
}
