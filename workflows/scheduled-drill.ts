import { ApplicationFailure, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { workflowId } from '../src/messages/names.ts';
import { operatorSignals } from './messages.ts';
import { label } from './visibility.ts';

/** What a Schedule starts: asks the model's monitor for a drill. Where there can be none now, the next one comes. */
export async function scheduledDrill(model: string): Promise<void> {
  label({ model, trigger: 'drill' });
  const { workflowId: id, runId } = workflowInfo();
  try {
    await getExternalWorkflowHandle(workflowId.monitor(model)).signal(operatorSignals.drill, {
      requestId: runId,
      by: 'schedule',
      reason: `the schedule is due (${id})`,
    });
  } catch {
    throw ApplicationFailure.nonRetryable(`${model} has no monitor; \`pawl apply\` starts it.`, 'RequestRefused');
  }
}
