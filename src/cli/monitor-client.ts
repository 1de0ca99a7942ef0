import { randomUUID } from 'node:crypto';
import { ApplicationFailure, TypedSearchAttributes, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { FinalError } from '../errors.ts';
import { internalSignals } from '../messages/monitor.ts';
import type { OperatorAction } from '../messages/names.ts';
import { taskQueues, updateName, workflowId } from '../messages/names.ts';
import type { OperatorAnswer, OperatorRequest } from '../messages/operator.ts';

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

/**
 * Asks the model's monitor and waits until it is done.
 * @throws FinalError PAWL_REQUEST_REFUSED with the monitor's reasons, PAWL_MONITOR_NOT_RUNNING
 */
export async function ask(
  client: Client,
  model: string,
  action: OperatorAction,
  request: OperatorRequest,
): Promise<OperatorAnswer> {
  const handle = client.workflow.getHandle(workflowId.monitor(model));
  const requestId = request.requestId ?? randomUUID();
  try {
    return await handle.executeUpdate<OperatorAnswer, [OperatorRequest]>(updateName(action), {
      args: [{ ...request, requestId }],
      updateId: requestId,
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new FinalError('PAWL_MONITOR_NOT_RUNNING', `${model} has no monitor.`, { cause: error });
    if (error instanceof WorkflowUpdateFailedError) {
      const reason = error.cause instanceof ApplicationFailure ? error.cause.message : error.message;
      throw new FinalError('PAWL_REQUEST_REFUSED', reason, { cause: error });
    }
    throw error;
  }
}
