import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { readRows } from '../src/data/rows.ts';
import { computeMetrics } from '../src/evaluation/metrics.ts';
import { workflowId } from '../src/messages/names.ts';
import { budgetSpent } from '../src/monitoring/budget.ts';
import { acceptedRows, featureShifts } from '../src/monitoring/shifts.ts';
import type { MonitorPolicy, Observation } from '../src/monitoring/state.ts';
import { getChampion } from '../src/registry/champion.ts';
import { getDataset } from '../src/registry/datasets.ts';
import { countLabels, readLabels } from '../src/registry/labels.ts';
import { finishOpenOperations } from '../src/registry/operations.ts';
import { abandonRelease, lastEndedRelease, listReleases } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion } from '../src/registry/versions.ts';
import { sumWindows } from '../src/registry/windows.ts';
import { slowerThan } from '../src/serving/latency-sketch.ts';
import type { LoggedPrediction } from '../src/serving/logged-prediction.ts';
import { newestPredictions } from '../src/serving/prediction-tail.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import type { Dependencies } from './dependencies.ts';
import { matchLabelsOf } from './match-labels.ts';
import { keepAlive } from './progress.ts';

/** A sample smaller than this share of the policy's is not compared: its noise would be taken for drift. */
const smallestSample = 0.25;

/** What a monitor's tick looks at. Reads only, but for closing releases whose workflow is gone. */
export function createObserveActivities({ registry, store, clock, logger }: Dependencies) {
  /** The recent predictions against the newest rows of the dataset that the champion was accepted on. */
  async function shifts(spec: ModelSpec, sample: readonly LoggedPrediction[], datasetUri: string) {
    if (sample.length < spec.monitor.sample * smallestSample) return [];
    const accepted = await readRows(store, datasetUri, spec, { newest: acceptedRows(spec.monitor.sample) });
    const columns = Object.fromEntries(
      Object.entries(spec.contract.features)
        // Of what the log drops or hashes there is nothing to compare.
        .filter(([, { log }]) => log === 'keep')
        .map(([name, { type }]) => [name, loggedValues(sample, name, type === 'category')] as const)
        .filter(([, values]) => values.length >= spec.monitor.sample * smallestSample),
    );
    const features = Object.fromEntries(Object.entries(spec.contract.features).filter(([name]) => Object.hasOwn(columns, name)));
    return featureShifts(accepted, columns, features, spec.monitor.sample);
  }

  /** Label metrics of one version over its newest answers whose label is there. */
  async function live(
    spec: ModelSpec,
    version: number,
    predictions: readonly LoggedPrediction[],
  ): Promise<Record<string, number>> {
    const own = predictions.filter((prediction) => prediction.version === version && prediction.role !== 'shadow');
    const labels = await readLabels(
      registry,
      spec.model,
      own.map((prediction) => prediction.id),
    );
    const labelled = own.filter((prediction) => labels.has(prediction.id));
    if (labelled.length < spec.monitor.performance.at_least) return {};
    const right = labelled.filter((prediction) => prediction.prediction === labels.get(prediction.id)).length;
    if (spec.task !== 'regression') return { accuracy: right / labelled.length };
    const label = Float64Array.from(labelled, (prediction) => Number(labels.get(prediction.id)));
    const score = Float32Array.from(labelled, (prediction) => prediction.score);
    return computeMetrics('regression', label, score, 0);
  }

  /** What callers met since the champion leads: a shadow's failure, or one that the champion answered for, costs nobody. */
  async function budgets(spec: ModelSpec, version: number, now: number): Promise<Observation['budgets']> {
    return Promise.all(
      spec.monitor.budgets.map(async (budget) => {
        const over = budget.error_rate?.over ?? budget.latency?.over ?? 0;
        const sum = await sumWindows(registry, { model: spec.model, version, role: 'champion', since: new Date(now - over) });
        return budgetSpent(budget, { ...sum, slower: slowerThan(sum.latency, budget.latency?.p99 ?? Infinity) });
      }),
    );
  }

  /** The release that really runs. A row that says it runs while no workflow does is closed: a terminated workflow tells nobody. */
  async function reconcile(model: string): Promise<string | null> {
    const open = (await listReleases(registry, model)).filter((release) => release.outcome === null);
    if (open.length === 0) return null;
    const running = await Context.current()
      .client.workflow.getHandle(workflowId.release(model))
      .describe()
      .then((description) => (description.status.name === 'RUNNING' ? description.runId : null))
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      });
    for (const release of open) {
      if (release.runId === running) continue;
      const because = 'Its workflow was terminated or lost before it could say how it ended.';
      await abandonRelease(registry, release.id, because);
      await finishOpenOperations(registry, {
        model,
        release: release.id,
        because: `Not done: ${release.id} is over. ${because}`,
      });
    }
    return open.find((release) => release.runId === running)?.id ?? null;
  }

  return {
    async monitorPolicy(input: { model: string }): Promise<{ policy: MonitorPolicy }> {
      const { spec } = await getSpec(registry, input.model);
      return { policy: spec.monitor };
    },

    async observe(input: { model: string }): Promise<Observation> {
      const stop = keepAlive('observe');
      try {
        const { model } = input;
        const at = await clock.now();
        const { spec } = await getSpec(registry, model);
        const running = await reconcile(model);
        await matchLabelsOf(model, { registry, store, logger }).catch((error: unknown) =>
          logger.warn({ err: error, model }, 'labels not looked up in the prediction log; the next tick goes on'),
        );
        const last = await lastEndedRelease(registry, model);
        const leading = await getChampion(registry, model);
        const base = {
          at,
          champion: leading?.version ?? null,
          labels: await countLabels(registry, model),
          budgets: leading === null ? [] : await budgets(spec, leading.version, at),
          running,
          lastRelease:
            last === null ? null : { id: last.id, outcome: last.outcome ?? 'failed', endedAt: last.endedAt?.getTime() ?? at },
        };
        if (leading === null) return { ...base, sampled: 0, newest: null, shifts: [], live: {}, baseline: {} };
        const version = await getVersion(registry, model, leading.version);
        // An incumbent was accepted on no dataset: what comes is compared with nothing until a version of pawl's own leads.
        const dataset = version.datasetDigest === null ? null : await getDataset(registry, version.datasetDigest);
        const wanted = Math.max(spec.monitor.sample, 2 * spec.monitor.performance.at_least);
        const predictions = await newestPredictions(
          store,
          model,
          wanted,
          ({ role }) => role === 'champion' || role === 'challenger',
        );
        const sample = predictions.slice(-spec.monitor.sample);
        return {
          ...base,
          sampled: sample.length,
          newest: sample.at(-1)?.id ?? null,
          shifts: dataset === null ? [] : await shifts(spec, sample, dataset.uri),
          live: await live(spec, leading.version, predictions),
          baseline: version.metrics,
        };
      } finally {
        stop();
      }
    },
  };
}

/** A feature's values, but for rows that were logged when it was dropped, or a number hashed. */
function loggedValues(sample: readonly LoggedPrediction[], feature: string, isText: boolean) {
  return sample.flatMap(({ row }) => {
    const value = row[feature];
    return value === undefined || (value !== null && (typeof value === 'string') !== isText) ? [] : [value];
  });
}
