import { createLogger } from '../src/observability/logger.ts';
import { startGateway } from '../src/serving/gateway.ts';
import { readSettings } from '../src/settings.ts';
import { openStore } from '../src/storage/open-store.ts';

const settings = readSettings(process.env);
const logger = createLogger('gateway', settings.PAWL_LOG_LEVEL);
const gateway = await startGateway({
  registryUrl: settings.PAWL_REGISTRY_URL,
  store: openStore(
    settings.PAWL_STORE_URL,
    settings.PAWL_S3_ENDPOINT === undefined ? {} : { s3Endpoint: settings.PAWL_S3_ENDPOINT },
  ),
  logger,
  host: settings.PAWL_GATEWAY_HOST,
  port: settings.PAWL_GATEWAY_PORT,
  spoolDirectory: settings.PAWL_SPOOL_DIR,
  segmentMs: settings.PAWL_SEGMENT_MS,
  windowMs: settings.PAWL_WINDOW_MS,
});

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
