import { randomUUID } from 'node:crypto';
import { TypedSearchAttributes, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { FinalError, TransientError } from '../errors.ts';
import type { MonitorStatus } from '../messages/monitor.ts';
import { internalSignals } from '../messages/monitor.ts';
import type { OperatorAction } from '../messages/names.ts';
import { queryNames, taskQueues, updateName, workflowId } from '../messages/names.ts';
import type { OperatorAnswer, OperatorRequest } from '../messages/operator.ts';
import { refusal } from './refusal.ts';

/** Starts the model's monitor, or tells the one that runs that its spec has changed. */
export async function startMonitor(client: Client, model: string, queuePrefix: string): Promise<void> {
  await client.workflow.signalWithStart('monitor', {
    workflowId: workflowId.monitor(model),
    taskQueue: taskQueues(queuePrefix).pipeline,
    args: [{ model }],
    signal: internalSignals.specApplied,
    signalArgs: [],
    staticSummary: `Watches ${model}: drift, performance, budgets, schedule, people`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: defineSearchAttributeKey('PawlModel', SearchAttributeType.KEYWORD), value: model },
    ]),
  });
}

/** How long a worker may take to take a request up, ms; what it does then may take as long as it does. */
const patience = 20_000;

/**
 * Asks the model's monitor and waits until it is done.
 * @throws FinalError with the monitor's reasons: PAWL_REQUEST_REFUSED, or the code of what stopped it; PAWL_MONITOR_NOT_RUNNING;
 *   TransientError PAWL_WORKER_UNAVAILABLE
 */
export async function ask(
  client: Client,
  model: string,
  action: OperatorAction,
  request: OperatorRequest,
  patienceMs = patience,
): Promise<OperatorAnswer> {
  const monitor = client.workflow.getHandle(workflowId.monitor(model));
  const requestId = request.requestId ?? randomUUID();
  try {
    const update = await client.withDeadline(Date.now() + patienceMs, () =>
      monitor.startUpdate<OperatorAnswer, [OperatorRequest]>(updateName(action), {
        args: [{ ...request, requestId }],
        updateId: requestId,
        waitForStage: 'ACCEPTED',
      }),
    );
    return await update.result();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new FinalError('PAWL_MONITOR_NOT_RUNNING', `${model} has no monitor.`, { cause: error });
    if (error instanceof WorkflowUpdateFailedError) throw refusal(error);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new TransientError(
        'PAWL_WORKER_UNAVAILABLE',
        `No worker took the request up within ${Math.ceil(patienceMs / 1000)} s. One that comes back soon may still do it.`,
        { cause: error },
      );
    throw error;
  }
}

/** Whether a trigger waits at the model's monitor or runs as its release. True as well where the monitor cannot say. */
export async function hasTrigger(client: Client, model: string, triggerId: string): Promise<boolean> {
  const monitor = client.workflow.getHandle(workflowId.monitor(model));
  try {
    const { pending, running } = await client.withDeadline(Date.now() + 5000, () =>
      monitor.query<MonitorStatus>(queryNames.status),
    );
    return pending?.id === triggerId || running?.triggerId === triggerId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    // Temporal or its workers are away: the trigger is where it was.
    return true;
  }
}
