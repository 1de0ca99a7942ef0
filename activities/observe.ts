import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { readRows } from '../src/data/rows.ts';
import { workflowId } from '../src/messages/names.ts';
import { budgetTerms, budgetWindows, readBudget } from '../src/monitoring/budget.ts';
import type { MonitorMemory } from '../src/monitoring/memory.ts';
import type { MonitorPolicy, Observation, StandingAlarm } from '../src/monitoring/state.ts';
import { recordAlarms } from '../src/registry/alarms.ts';
import { budgetCounts } from '../src/registry/budget-counts.ts';
import { type ChampionRecord, getChampion } from '../src/registry/champion.ts';
import { getDataset } from '../src/registry/datasets.ts';
import { writeDriftReport } from '../src/registry/drift-reports.ts';
import { labelSeqBefore } from '../src/registry/judged-labels.ts';
import { countLabels, readLabels } from '../src/registry/labels.ts';
import { finishOpenOperations } from '../src/registry/operations.ts';
import { releaseWork } from '../src/registry/release-work.ts';
import { abandonRelease, lastEndedRelease, listReleases, type ReleaseRecord } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { getVersion } from '../src/registry/versions.ts';
import { newestPredictions } from '../src/serving/prediction-tail.ts';
import type { ModelSpec } from '../src/spec/schema.ts';
import { championLook, predictionsWanted } from '../src/watch/champion-look.ts';
import { ChampionReferences, nothingKnown } from '../src/watch/champion-reference.ts';
import { reportDrift } from '../src/watch/drift-report.ts';
import { releaseCost } from '../src/watch/release-cost.ts';
import type { Dependencies } from './dependencies.ts';
import { matchLabelsOf } from './match-labels.ts';
import { observeLabels } from './observe-labels.ts';
import { keepAlive } from './progress.ts';

/** What a monitor's tick looks at. Reads only, but for closing releases whose workflow is gone, and counting labels. */
export function createObserveActivities({ registry, store, clock, logger }: Dependencies) {
  const references = new ChampionReferences({ registry, store });

  /** What callers met since the champion leads, and what labels say of its answers. */
  async function budgets(spec: ModelSpec, version: number, now: number): Promise<Observation['budgets']> {
    return Promise.all(
      spec.monitor.budgets.map(async (budget) => {
        const { counted } = budgetTerms(budget);
        const counts = await budgetCounts(registry, { model: spec.model, version, counted }, now, budgetWindows(budget));
        return readBudget(budget, (ms) => counts.get(ms) ?? { events: 0, bad: 0 });
      }),
    );
  }

  /** The release that really runs. A row that says it runs while no workflow does is closed: a terminated workflow tells nobody. */
  async function reconcile(model: string): Promise<ReleaseRecord | null> {
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
    return open.find((release) => release.runId === running) ?? null;
  }

  /** What releases have taken and cost, which holds further ones back. */
  async function work(spec: ModelSpec): Promise<Pick<Observation, 'releasesThisWeek' | 'cost'>> {
    const { thisWeek, thisMonth, next } = await releaseWork(registry, spec.model);
    return { releasesThisWeek: thisWeek, ...releaseCost(spec, thisMonth, next) };
  }

  /** What the champion's newest predictions and labels show. */
  async function look(spec: ModelSpec, leading: ChampionRecord, memory: MonitorMemory | null, at: number) {
    const version = await getVersion(registry, spec.model, leading.version);
    // An incumbent was accepted on no dataset: what comes is compared with nothing until a version of pawl's own leads.
    const dataset = version.datasetDigest === null ? null : await getDataset(registry, version.datasetDigest);
    const predictions = await newestPredictions(
      store,
      spec.model,
      predictionsWanted(spec),
      ({ role }) => role === 'champion' || role === 'challenger',
    );
    const reference = await references.get(version, spec).catch((error: unknown) => {
      logger.warn(
        { err: error, model: spec.model },
        'the champion is not compared with its held-out rows; the next tick tries again',
      );
      return nothingKnown;
    });
    const seen = await observeLabels(
      { registry, store },
      { spec, version, leading, before: memory, heldOut: reference.losses, at },
    );
    const records = {
      predictions,
      labelsOf: (ids: readonly string[]) => readLabels(registry, spec.model, ids),
      labelsBefore: (time: number) => labelSeqBefore(registry, spec.model, new Date(time)),
      accepted: dataset === null ? null : readOnce((newest) => readRows(store, dataset.uri, spec, { newest })),
      reference,
      seen,
      budgets: await budgets(spec, leading.version, at),
    };
    const seenNow = await championLook(spec, version, records, memory, at);
    const report = await reportDrift(spec, version, records, seenNow.memory, at);
    if (report !== null) await writeDriftReport(registry, spec.model, report);
    return seenNow;
  }

  return {
    async monitorPolicy(input: { model: string }): Promise<{ policy: MonitorPolicy }> {
      const { spec } = await getSpec(registry, input.model);
      return { policy: spec.monitor };
    },

    /** Which alarms stand, for whoever asks the registry. @param input.over why those are over that are */
    async recordAlarms(input: { model: string; standing: readonly StandingAlarm[]; over: string }): Promise<void> {
      await recordAlarms(registry, { ...input, at: await clock.now() });
    },

    /** @param input.memory what the last observation left; absent at the first */
    async observe(input: { model: string; memory?: MonitorMemory | null }): Promise<Observation> {
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
          running: running?.id ?? null,
          onTrial: running?.stage === 'rollout',
          ...(running?.drill ? { drill: true } : {}),
          lastRelease:
            last === null ? null : { id: last.id, outcome: last.outcome ?? 'failed', endedAt: last.endedAt?.getTime() ?? at },
          ...(await work(spec)),
        };
        if (leading === null) return { ...base, sampled: 0, newest: null, shifts: [], live: {}, baseline: {}, budgets: [] };
        return { ...base, ...(await look(spec, leading, input.memory ?? null, at)) };
      } finally {
        stop();
      }
    },
  };
}

/** Rows are read once in a look, whoever asks for them. */
function readOnce<Rows>(read: (newest: number) => Promise<Rows>): (newest: number) => Promise<Rows> {
  const asked = new Map<number, Promise<Rows>>();
  return (newest) => {
    const before = asked.get(newest);
    if (before !== undefined) return before;
    const rows = read(newest);
    asked.set(newest, rows);
    return rows;
  };
}
