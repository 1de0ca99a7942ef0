import { ApplicationFailure, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { workflowId } from '../src/messages/names.ts';
import { triggerSignal } from './messages.ts';
import { label } from './visibility.ts';

/** What a Schedule starts: asks the model's monitor to retrain. The monitor keeps its own order. */
export async function scheduledRetrain(model: string): Promise<void> {
  label({ model, trigger: 'schedule' });
  const { workflowId: id, runId } = workflowInfo();
  try {
    await getExternalWorkflowHandle(workflowId.monitor(model)).signal(triggerSignal, {
      id: runId,
      kind: 'schedule',
      by: 'schedule',
      because: `the schedule is due (${id})`,
    });
  } catch {
    throw ApplicationFailure.nonRetryable(`${model} has no monitor; \`pawl apply\` starts it.`, 'RequestRefused');
  }
}
