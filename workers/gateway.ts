import { parseArgs } from 'node:util';
import { configuredTrust } from '../src/attestation/configured.ts';
import { createLogger } from '../src/observability/logger.ts';
import { bundledTrust, checkBundle } from '../src/serving/bundle.ts';
import { startGateway } from '../src/serving/gateway.ts';
import { prepareSpools, spoolOf } from '../src/serving/left-spools.ts';
import { groupMetrics, keepProcesses, placeInGroup } from '../src/serving/process-group.ts';
import { readEdgeSettings, readSettings } from '../src/settings.ts';
import { absentStore } from '../src/storage/absent-store.ts';
import { openStore } from '../src/storage/open-store.ts';

/**
 * node dist/workers/gateway.js [--processes N] [--bundle DIR]
 *   --processes  so many on one port, a core each (default: 1)
 *   --bundle     serve from a folder that `pawl bundle` made; registry and store are optional then
 */
const { values } = parseArgs({ options: { processes: { type: 'string', default: '1' }, bundle: { type: 'string' } } });
const settings = values.bundle === undefined ? readSettings(process.env) : readEdgeSettings(process.env);
const logger = createLogger('gateway', settings.PAWL_LOG_LEVEL);
const directory = values.bundle ?? settings.PAWL_SPOOL_DIR;
const processes = Number(values.processes);
if (!Number.isInteger(processes) || processes < 1 || processes > 256) {
  logger.fatal({ processes: values.processes }, '--processes is a whole number from 1 to 256');
  process.exit(64);
}

/** What keeps a gateway from starting is told in the log like everything else, and not by a stack on stderr. */
const fatal = (error: unknown): never => {
  logger.fatal({ err: error }, 'the gateway does not start');
  process.exit(1);
};

const bundle = values.bundle === undefined ? null : await checkBundle(values.bundle).catch(fatal);
const trust = await trusted().catch(fatal);
const place = placeInGroup();
if (place === null) await prepareSpools(directory, processes).catch(fatal);
if (place === null && processes > 1) {
  await keepProcesses(processes, logger);
  process.exit(0);
}

const gateway = await startGateway({
  registryUrl: settings.PAWL_REGISTRY_URL ?? null,
  store:
    settings.PAWL_STORE_URL === undefined
      ? absentStore()
      : openStore(
          settings.PAWL_STORE_URL,
          settings.PAWL_S3_ENDPOINT === undefined ? {} : { s3Endpoint: settings.PAWL_S3_ENDPOINT },
        ),
  logger,
  trust,
  host: settings.PAWL_GATEWAY_HOST,
  port: settings.PAWL_GATEWAY_PORT,
  grpcPort: settings.PAWL_GRPC_PORT,
  ...(bundle === null ? {} : { models: [bundle.model] }),
  spoolDirectory: spoolOf(directory, place ?? 0, processes),
  segmentMs: settings.PAWL_SEGMENT_MS,
  logHashKey: settings.PAWL_LOG_HASH_KEY,
  windowMs: settings.PAWL_WINDOW_MS,
  ...(place === null ? {} : { metricsText: groupMetrics, listenWithinMs: 30_000 }),
}).catch(fatal);

/** The keys of the environment; without any, those that came with the bundle, which say that it is undamaged and not who made it. */
async function trusted() {
  return configuredTrust(settings) ?? (values.bundle === undefined ? null : await bundledTrust(values.bundle));
}

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'shutting down');
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  });
}
