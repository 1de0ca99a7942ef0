import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric of a gateway. Names are stable; labels are bounded: a model or version that is assigned, a code of the catalogue. */
export function createGatewayMetrics() {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  return {
    register,
    requests: new Counter({
      name: 'pawl_requests_total',
      help: 'Predict requests answered, by the version that answered and its role.',
      labelNames: ['model', 'version', 'role'] as const,
      registers,
    }),
    callerFaults: new Counter({
      name: 'pawl_caller_faults_total',
      help: 'Requests refused for a fault of their own (4xx), by error code.',
      labelNames: ['code'] as const,
      registers,
    }),
    errors: new Counter({
      name: 'pawl_version_errors_total',
      help: 'Failures of a version to score, in any role; the caller need not have noticed.',
      labelNames: ['model', 'version', 'role'] as const,
      registers,
    }),
    fallbacks: new Counter({
      name: 'pawl_fallbacks_total',
      help: 'Requests that the champion answered in the place of a challenger that failed.',
      labelNames: ['model'] as const,
      registers,
    }),
    seconds: new Histogram({
      name: 'pawl_request_seconds',
      help: 'Time from the end of the body to the answer, successful predict requests.',
      labelNames: ['model'] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    shadowsShed: new Counter({
      name: 'pawl_shadows_shed_total',
      help: 'Shadow scorings given up because too many were waiting.',
      labelNames: ['model'] as const,
      registers,
    }),
    revision: new Gauge({
      name: 'pawl_traffic_revision',
      help: 'Traffic revision in force at this gateway.',
      labelNames: ['model'] as const,
      registers,
    }),
    share: new Gauge({
      name: 'pawl_traffic_share',
      help: "The challenger's share in force at this gateway, 0 to 1; 0 once its lease has run out.",
      labelNames: ['model'] as const,
      registers,
    }),
    versionsHeld: new Gauge({
      name: 'pawl_versions_held',
      help: 'Versions loaded and warm.',
      labelNames: ['model'] as const,
      registers,
    }),
    loadFailures: new Counter({
      name: 'pawl_version_load_failures_total',
      help: 'Attempts to load a version that failed; they are repeated.',
      labelNames: ['model'] as const,
      registers,
    }),
    registryReachable: new Gauge({
      name: 'pawl_registry_reachable',
      help: '1 while the registry answers, 0 while it does not.',
      registers,
    }),
    logRows: new Counter({ name: 'pawl_prediction_log_rows_total', help: 'Rows accepted for the prediction log.', registers }),
    logSpooled: new Counter({
      name: 'pawl_prediction_log_spooled_rows_total',
      help: 'Rows of the prediction log written to the local disk; from then on they survive a crash.',
      registers,
    }),
    logDropped: new Counter({
      name: 'pawl_prediction_log_dropped_total',
      help: 'Rows of the prediction log given up: the disk refused them or the spool was full.',
      labelNames: ['reason'] as const,
      registers,
    }),
    spoolDamaged: new Counter({
      name: 'pawl_spool_damaged_lines_total',
      help: 'Lines that a crash left torn in a spool file.',
      labelNames: ['spool'] as const,
      registers,
    }),
    spoolBytes: new Gauge({
      name: 'pawl_spool_bytes',
      help: 'Bytes on the local disk that wait to be shipped.',
      labelNames: ['spool'] as const,
      registers,
    }),
    spoolFiles: new Gauge({
      name: 'pawl_spool_files',
      help: 'Closed spool files that wait to be shipped.',
      labelNames: ['spool'] as const,
      registers,
    }),
    shipped: new Counter({
      name: 'pawl_spool_shipped_total',
      help: 'Spool files shipped.',
      labelNames: ['spool'] as const,
      registers,
    }),
    shipFailures: new Counter({
      name: 'pawl_spool_ship_failures_total',
      help: 'Attempts to ship a spool file that failed; they are repeated.',
      labelNames: ['spool'] as const,
      registers,
    }),
    labels: new Counter({
      name: 'pawl_labels_accepted_total',
      help: 'Labels accepted by feedback.',
      labelNames: ['model'] as const,
      registers,
    }),
    windowsQueued: new Gauge({ name: 'pawl_windows_queued', help: 'Window rows that wait for the registry.', registers }),
  };
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;
