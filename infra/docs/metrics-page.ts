import type { Registry } from 'prom-client';
import { createGatewayMetrics } from '../../src/observability/gateway-metrics.ts';
import { createWorkerMetrics } from '../../src/observability/worker-metrics.ts';

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** What bounds a label: how many series there can be. */
const bounds: Readonly<Record<string, string>> = {
  model: 'a model that was applied; others get no series',
  version: 'a version that this gateway holds or held: the champion, the challenger, the two champions before',
  role: '`champion`, `challenger`, `shadow` or `default`',
  code: 'a code of [errors.md](errors.md)',
  to: '`champion`, `former` or `default`',
  reason: '`spool full`, `disk refuses` or `disk behind`',
  kind: '`drift`, `quality`, `performance`, `estimate`, `service`, `labels` or `truth`',
  feature: "a feature of the model's contract, or `score`",
  measure: '`ks`, `psi`, `kullback_leibler`, `jensen_shannon`, `wasserstein` or `chi_square`',
  spool: '`predictions`, `windows` or `labels`',
  activity: 'an activity of the code, such as `train` or `guard`',
  end: '`done`, `taken`, `refused`, `failed` or `cancelled`',
  receiver: '`openlineage` or `mlflow`',
};

/** Units that a name does not end with. */
const units: Readonly<Record<string, string>> = {
  pawl_traffic_revision: 'number of a revision',
  pawl_traffic_share: 'fraction',
  pawl_registry_reachable: '0 or 1',
  pawl_breaker_open: '0 or 1',
  pawl_alarms: '0 or 1',
  pawl_drift_evidence: 'fraction',
  pawl_drift_measure: 'as the measure has it',
};

interface Question {
  readonly asks: string;
  readonly query: string;
  readonly says: string;
}

/** What an operator asks, as PromQL. */
export const questions: readonly Question[] = [
  {
    asks: 'How often does each version fail?',
    query: `sum by (model, version) (rate(pawl_version_errors_total{role!="shadow"}[5m]))
/
(
  sum by (model, version) (rate(pawl_version_errors_total{role!="shadow"}[5m]))
  + (
    sum by (model, version) (rate(pawl_requests_total[5m]))
    or sum by (model, version) (rate(pawl_version_errors_total{role!="shadow"}[5m])) * 0
  )
)`,
    says: 'Of the requests that it was asked for, those that it failed, as a fraction. A version that answers none has no requests of its own: the last line stands in for them.',
  },
  {
    asks: 'How long do callers wait?',
    query: 'histogram_quantile(0.99, sum by (model, le) (rate(pawl_request_seconds_bucket[5m])))',
    says: 'The 99th percentile in seconds, over all gateways.',
  },
  {
    asks: 'Which share does the challenger have?',
    query: 'min by (model) (pawl_traffic_share)',
    says: 'As in force, not as assigned: 0 where the lease has run out. Draw `max by (model)` beside it: the two part while gateways are not in step.',
  },
  {
    asks: 'Does the log keep up?',
    query: `sum by (instance, spool) (pawl_spool_bytes) > 100e6
or
sum by (instance) (increase(pawl_prediction_log_dropped_total[1h])) > 0`,
    says: 'Gateways where more than 100 MB wait on the disk, or where rows of the prediction log were given up.',
  },
  {
    asks: 'Which gateways are not in step?',
    query: 'pawl_traffic_revision < on (model) group_left max by (model) (pawl_traffic_revision)',
    says: 'Gateways that go by an older revision than others. For longer than a few seconds: they do not reach the registry (`pawl_registry_reachable` is 0), or they hang.',
  },
  {
    asks: 'Do labels find their predictions?',
    query: 'max by (model) (pawl_labels_unknown)',
    says: 'Labels whose id is nowhere in the prediction log. Where it rises with every label, callers send another id than the one that they predicted with.',
  },
  {
    asks: 'Which features come near an alarm?',
    query: 'topk by (model) (3, max by (model, feature) (pawl_drift_evidence) > 0.1)',
    says: 'The three with the most evidence of each model, as a share of what an alarm takes. Alert on `pawl_alarms`, whose rate of false alarms is stated, rather than on measures.',
  },
  {
    asks: 'Where do the hours of training go?',
    query: 'sum by (activity, end) (increase(pawl_activity_seconds_sum{activity=~"train|trial|evaluate|ingest|validate"}[1d]))',
    says: 'Seconds of a day by step and by how it ended: what was failed, refused or cancelled came to nothing. What each model used and cost is in `pawl costs`.',
  },
  {
    asks: 'Does work wait for workers?',
    query:
      'histogram_quantile(0.95, sum by (task_queue, le) (rate(temporal_activity_schedule_to_start_latency_seconds_bucket[10m])))',
    says: 'How long activities waited for a worker, from Temporal. Where trainings wait for minutes, start more training workers.',
  },
  {
    asks: 'Are others told?',
    query: 'max by (receiver) (pawl_outbox_oldest_seconds) > 600 or max by (receiver) (pawl_outbox_refused) > 0',
    says: 'Receivers of lineage and versions that are ten minutes behind, or that refused something for good.',
  },
];

/** pawl's own metrics, without those of Node.js. */
function ownMetrics(register: Registry): readonly Described[] {
  const all = register.getMetricsAsArray() as unknown as readonly Described[];
  return all.filter(({ name }) => name.startsWith('pawl_'));
}

function tableOf(metrics: readonly Described[]): string[] {
  return [
    '| metric | type | unit | labels | |',
    '|---|---|---|---|---|',
    ...metrics.map(
      ({ name, type, help, labelNames }) =>
        `| \`${name}\` | ${type} | ${unitOf(name)} | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    ),
    '',
  ];
}

/** docs/metrics.md: every metric of gateways and workers. A test keeps the page in step with what they register. */
export function metricsPage(): string {
  const gateway = ownMetrics(createGatewayMetrics().register);
  const worker = ownMetrics(createWorkerMetrics().register);
  const labels = [...new Set([...gateway, ...worker].flatMap(({ labelNames }) => labelNames))];
  return [
    '# Metrics',
    '',
    'What gateways and workers tell Prometheus at `GET /metrics`. Written from `src/observability/gateway-metrics.ts` and',
    '`worker-metrics.ts` by `npm run metrics-page`. Beside them are those of Node.js itself (`process_…`, `nodejs_…`): processor time,',
    'memory, event loop, garbage collection. `infra/prometheus/prometheus.yml` scrapes all processes of the compose project.',
    '',
    '## Gateways',
    '',
    'At the port of the gateway. With `--processes` the answer is that of all processes together: counters and histograms are summed, gauges too but for those',
    'that say the same in every process.',
    '',
    ...tableOf(gateway),
    '## Workers',
    '',
    'Pipeline and training workers answer where `PAWL_METRICS_PORT` names a port, at `PAWL_METRICS_HOST` (127.0.0.1 unless it says',
    'otherwise); 0 is any, which the line `ready` of their log names, and which workers of `pawl dev` take.',
    "The metrics of [Temporal's SDK](https://docs.temporal.io/references/sdk-metrics) are at the same place, by its names",
    '(`temporal_…`, durations in seconds): what waits in queues, slots, failures and latencies of workflows.',
    '',
    ...tableOf(worker),
    '## Labels',
    '',
    'No label takes a value from a caller: keys, ids and segments of callers are in the prediction log and the windows, not here.',
    '',
    '| label | bounded by |',
    '|---|---|',
    ...labels.map((label) => `| \`${label}\` | ${boundOf(label)} |`),
    '',
    '## Questions',
    '',
    ...questions.map(({ asks, query, says }) => `### ${asks}\n\n\`\`\`promql\n${query}\n\`\`\`\n\n${says}\n`),
  ].join('\n');
}

function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 'seconds';
  return name.endsWith('_bytes') ? 'bytes' : (units[name] ?? 'count');
}

/** A label that nobody has bounded does not get onto the page: the test fails. */
function boundOf(label: string): string {
  const bound = bounds[label];
  if (bound === undefined) throw new Error(`Say in infra/docs/metrics-page.ts what bounds the label ${label}.`);
  return bound;
}
