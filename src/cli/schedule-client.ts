import type { Client, ScheduleOptions } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { drillScheduleId, scheduleId, taskQueues, workflowId } from '../messages/names.ts';
import type { ModelSpec } from '../spec/schema.ts';

/** What was done about a Schedule. */
type Kept = 'created' | 'updated' | 'removed' | 'none';

/** Makes the Schedules `retrain/<model>` and `drill/<model>` what the spec says: created, changed, or removed. */
export async function keepSchedules(
  client: Client,
  spec: ModelSpec,
  queuePrefix: string,
): Promise<{ readonly schedule: Kept; readonly drills: Kept }> {
  const { model, schedule: cron, release } = spec;
  const common = { model, timezone: spec.time_zone ?? 'UTC', taskQueue: taskQueues(queuePrefix).pipeline };
  // What still runs when the next is due is the monitor's to order.
  const [schedule, drills] = await Promise.all([
    keep(client, { ...common, id: scheduleId(model), cron, starts: 'scheduledRetrain', as: 'schedule' }),
    keep(client, {
      ...common,
      id: drillScheduleId(model),
      cron: release.drill?.schedule,
      starts: 'scheduledDrill',
      as: 'drill-schedule',
    }),
  ]);
  return { schedule, drills };
}

interface Wanted {
  readonly id: string;
  readonly model: string;
  /** Undefined: no Schedule. */
  readonly cron: string | undefined;
  readonly timezone: string;
  /** The workflow's type. */
  readonly starts: string;
  /** Its id, below the monitor's. */
  readonly as: string;
  readonly taskQueue: string;
}

async function keep(client: Client, { id, model, cron, timezone, starts, as, taskQueue }: Wanted): Promise<Kept> {
  const handle = client.schedule.getHandle(id);
  if (cron === undefined) {
    try {
      await handle.delete();
      return 'removed';
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return 'none';
      throw error;
    }
  }
  const options = {
    scheduleId: id,
    spec: { cronExpressions: [cron], timezone },
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow',
      workflowType: starts,
      args: [model],
      taskQueue,
      workflowId: `${workflowId.monitor(model)}/${as}`,
    },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update((previous) => ({
      ...previous,
      spec: options.spec,
      policies: { ...previous.policies, ...options.policies },
      action: options.action,
    }));
    return 'updated';
  }
}
