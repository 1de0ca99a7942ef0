import { ParentClosePolicy, patched, sleep, startChild } from '@temporalio/workflow';
import { workflowId } from '../src/messages/names.ts';
import { summary } from './summary.ts';
import type { drill } from './drill.ts';
import type { release } from './release.ts';

/** A release tells its end just before its workflow is over: how long its successor waits for that, ms. */
const closing = { tries: 10, pauseMs: 300 };

/**
 * Starts a release, or a drill, as a child that outlives its parent. Its id is the lock.
 * @returns false where one runs already
 */
export async function startUnderLock<T extends typeof release | typeof drill>(
  type: T extends typeof release ? 'release' : 'drill',
  input: Parameters<T>[0],
  about: string,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await startChild(type, {
        workflowId: workflowId.release(input.model),
        args: [input],
        staticSummary: summary(`${input.model}: ${about}`),
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
      return true;
    } catch (failure) {
      if (!(failure instanceof Error) || failure.name !== 'WorkflowExecutionAlreadyStartedError') throw failure;
      // Monitors of before took it at once for a release that somebody else had started.
      if (tries === closing.tries || !patched('wait for the release before to close')) return false;
      await sleep(closing.pauseMs);
    }
  }
}
