import type { Operator } from '../src/messages/operator.ts';
import type { Trigger } from '../src/messages/release.ts';
import { breakGlass } from '../src/registry/break-glass.ts';
import { type DecisionRecord, recordDecision } from '../src/registry/decisions.ts';
import { finishOperation, getOperation, recordOperation } from '../src/registry/operations.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import type { Dependencies } from './dependencies.ts';
import { heartbeat } from './progress.ts';

/** What people asked and what was decided, on record. */
export function createOperationActivities({ registry, clock }: Dependencies) {
  return {
    async recordDecision(record: DecisionRecord): Promise<void> {
      await recordDecision(registry, record);
    },

    async recordTrigger(input: Trigger & { model: string; evidence: unknown }): Promise<void> {
      await recordTrigger(registry, input);
    },

    async recordOperation(input: Operator & { model: string }): Promise<void> {
      const { requestId, model, action, by, reason } = input;
      await recordOperation(registry, { requestId, model, action, by, reason });
    },

    async finishOperation(input: { requestId: string; because: string; release?: string }): Promise<void> {
      await finishOperation(registry, input);
    },

    /** Waits until somebody has carried a request out. The rollout that does it writes the end of the request itself. */
    async awaitOperation(input: { requestId: string }): Promise<{ because: string; revision: number | null }> {
      for (;;) {
        heartbeat({ phase: 'await', done: 0, total: 1 });
        const operation = await getOperation(registry, input.requestId);
        if (operation?.finishedAt) return { because: operation.because ?? '', revision: operation.revision };
        await clock.sleep(200);
      }
    },

    /** With no rollout open: puts the champion before this one back, under an epoch of the person's own. @throws NoWayBack */
    async revertChampion(
      input: Operator & { model: string },
    ): Promise<{ because: string; revision: number; champion: number | null }> {
      const { model, by, reason, requestId } = input;
      return breakGlass(registry, { model, by, reason, operationId: requestId, kind: 'person' });
    },
  };
}
