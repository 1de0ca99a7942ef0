import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { ReleaseEnded } from '../src/messages/monitor.ts';
import { workflowId } from '../src/messages/names.ts';
import type { ReleasePlan, Trigger } from '../src/messages/release.ts';
import { releaseEndedSignal, releaseOpenedSignal } from './messages.ts';

type Monitor = ReturnType<typeof getExternalWorkflowHandle>;

/** That a release has its number, and for which trigger. */
export function tellOpened({ model, release, drill }: ReleasePlan, { id, by }: Trigger): Promise<void> {
  const opened = { release, triggerId: id, by, ...(drill === undefined ? {} : { drill }) };
  return tell(model, (monitor) => monitor.signal(releaseOpenedSignal, opened));
}

/** How a release ended. */
export function tellEnded(model: string, ended: ReleaseEnded): Promise<void> {
  return tell(model, (monitor) => monitor.signal(releaseEndedSignal, ended));
}

/** A release may be started by hand, without a monitor; then there is nobody to tell. */
async function tell(model: string, say: (monitor: Monitor) => Promise<void>): Promise<void> {
  try {
    await say(getExternalWorkflowHandle(workflowId.monitor(model)));
  } catch {
    // The monitor learns of it at its next tick, if there is one.
  }
}
