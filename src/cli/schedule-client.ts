import type { Client, ScheduleOptions } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { scheduleId, taskQueues, workflowId } from '../messages/names.ts';
import type { ModelSpec } from '../spec/schema.ts';

/** Makes the Schedule `retrain/<model>` what the spec says: created, changed, or removed. Returns what it did. */
export async function keepSchedule(
  client: Client,
  spec: ModelSpec,
  queuePrefix: string,
): Promise<'created' | 'updated' | 'removed' | 'none'> {
  const handle = client.schedule.getHandle(scheduleId(spec.model));
  if (spec.schedule === undefined) {
    try {
      await handle.delete();
      return 'removed';
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return 'none';
      throw error;
    }
  }
  const options = {
    scheduleId: scheduleId(spec.model),
    spec: { cronExpressions: [spec.schedule], timezone: spec.time_zone ?? 'UTC' },
    // A retrain that is still running when the next is due is the monitor's to order.
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledRetrain',
      args: [spec.model],
      taskQueue: taskQueues(queuePrefix).pipeline,
      workflowId: `${workflowId.monitor(spec.model)}/schedule`,
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
