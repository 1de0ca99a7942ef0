import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { TimeHistogram } from './time-histogram.ts';

/** Every metric of a gateway. Names are stable; labels are bounded: a model or version that is assigned, a code of the catalogue. */
export function createGatewayMetrics() {
  const register = new Registry();
  const registers = [register];
  const observers: (() => void)[] = [];
  collectDefaultMetrics({ register });
  return {
    register,
    /** Calls back before the metrics are read, also for another process of the group. */
    beforeScrape: (observe: () => void) => void observers.push(observe),
    // The first to be read, so that the others are read as the observers leave them.
    requests: new Counter({
      collect: () => observers.forEach((observe) => observe()),
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
      help: 'Requests answered in the place of a version that failed or was late, by who answered: champion, former (the champion before), default (the answer in the spec).',
      labelNames: ['model', 'to'] as const,
      registers,
    }),
    overloaded: new Counter({
      name: 'pawl_overloaded_total',
      help: 'Predict requests turned away with 503 because too many rows were under way.',
      labelNames: ['model'] as const,
      registers,
    }),
    rowsUnderWay: new Gauge({ name: 'pawl_rows_under_way', help: 'Rows that are being answered now.', registers }),
    breakerOpen: new Gauge({
      aggregator: 'max',
      name: 'pawl_breaker_open',
      help: '1 while a version that failed again and again is spared, 0 else.',
      labelNames: ['model', 'version'] as const,
      registers,
    }),
    versionCpu: new Counter({
      name: 'pawl_version_cpu_seconds_total',
      help: 'Processor time that a version took to score, in any role.',
      labelNames: ['model', 'version'] as const,
      registers,
    }),
    versionRows: new Counter({
      name: 'pawl_version_rows_total',
      help: 'Rows that a version scored, in any role.',
      labelNames: ['model', 'version'] as const,
      registers,
    }),
    versionMemory: new Gauge({
      name: 'pawl_version_memory_bytes',
      help: 'What the process grew by when the version was loaded, at least its artifact.',
      labelNames: ['model', 'version'] as const,
      registers,
    }),
    seconds: new TimeHistogram(
      'pawl_request_seconds',
      'Time from the end of the request to its answer, predict requests that were answered.',
      register,
    ),
    shadowsShed: new Counter({
      name: 'pawl_shadows_shed_total',
      help: 'Shadow scorings given up because too many were waiting.',
      labelNames: ['model'] as const,
      registers,
    }),
    revision: new Gauge({
      aggregator: 'min',
      name: 'pawl_traffic_revision',
      help: 'Traffic revision in force at this gateway; of several processes the oldest.',
      labelNames: ['model'] as const,
      registers,
    }),
    share: new Gauge({
      aggregator: 'max',
      name: 'pawl_traffic_share',
      help: "The challenger's share in force at this gateway, 0 to 1; 0 once its lease has run out.",
      labelNames: ['model'] as const,
      registers,
    }),
    versionsHeld: new Gauge({
      aggregator: 'min',
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
    versionsRefused: new Counter({
      name: 'pawl_versions_refused_total',
      help: 'Of these attempts, those in which the version was refused: its artifact is not what was registered, or its attestation does not hold or is missing. Somebody must look.',
      labelNames: ['model', 'code'] as const,
      registers,
    }),
    registryReachable: new Gauge({
      aggregator: 'min',
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
      help: 'Rows of the prediction log given up: the spool was full, the disk refused them, or it was slower than the traffic (spool full, disk refuses, disk behind).',
      labelNames: ['reason'] as const,
      registers,
    }),
    logBuffered: new Gauge({
      name: 'pawl_prediction_log_buffered_bytes',
      help: 'Bytes of the prediction log in memory that are not on the local disk.',
      registers,
    }),
    logWriteFailures: new Counter({
      name: 'pawl_prediction_log_write_failures_total',
      help: 'Attempts to write the prediction log to the local disk that failed; they are repeated.',
      registers,
    }),
    spoolDamaged: new Counter({
      name: 'pawl_spool_damaged_total',
      help: 'Pieces that a crash left torn at the end of a spool file: a line (labels), or what was written at one flush (predictions).',
      labelNames: ['spool'] as const,
      registers,
    }),
    spoolRefused: new Counter({
      name: 'pawl_spool_refused_total',
      help: 'Spool files set aside as .refused: not readable, or not what the registry takes.',
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
    labelsRepeated: new Counter({
      name: 'pawl_labels_repeated_total',
      help: 'Labels of predictions that had one, as the registry took them from this gateway; the first one stands.',
      labelNames: ['model'] as const,
      registers,
    }),
    labelsConflicting: new Counter({
      name: 'pawl_labels_conflicting_total',
      help: 'Those of the repeated labels that say something else than the one that stands, each once.',
      labelNames: ['model'] as const,
      registers,
    }),
    labelsUnknown: new Gauge({
      aggregator: 'max',
      name: 'pawl_labels_unknown',
      help: 'Labels in the registry whose prediction is nowhere in the log: rising where callers send other ids than they predict with. The same at every gateway.',
      labelNames: ['model'] as const,
      registers,
    }),
    alarms: new Gauge({
      aggregator: 'max',
      name: 'pawl_alarms',
      help: "1 while an alarm of the model's monitor stands; no series where none does. The same at every gateway.",
      labelNames: ['model', 'kind'] as const,
      registers,
    }),
    driftEvidence: new Gauge({
      aggregator: 'max',
      name: 'pawl_drift_evidence',
      help: 'Evidence that a feature, or the score, has moved from what the champion was accepted on, as a share of what an alarm takes: 1 and more is one. As of the newest look; the same at every gateway.',
      labelNames: ['model', 'feature'] as const,
      registers,
    }),
    driftMeasure: new Gauge({
      aggregator: 'max',
      name: 'pawl_drift_measure',
      help: "The newest look's predictions against the newest accepted rows: distances (ks, jensen_shannon), psi, kullback_leibler (nats), wasserstein (standard deviations of the accepted rows), the statistic of chi_square. The same at every gateway.",
      labelNames: ['model', 'feature', 'measure'] as const,
      registers,
    }),
    windowsQueued: new Gauge({
      name: 'pawl_windows_queued',
      help: 'Window rows in memory that neither the registry nor the local disk has taken.',
      registers,
    }),
  };
}

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;
