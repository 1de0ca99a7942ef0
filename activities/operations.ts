import type { Operator } from '../src/messages/operator.ts';
import type { Trigger } from '../src/messages/release.ts';
import { getChampion, moveChampion, previousChampion } from '../src/registry/champion.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { finishOperation, getOperation, recordOperation } from '../src/registry/operations.ts';
import { openEpoch, writeRevision } from '../src/registry/traffic.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { FinalError } from '../src/errors.ts';
import type { Dependencies } from './dependencies.ts';
import { heartbeat } from './progress.ts';

/** One line of a model's history. Equal key, one line. */
export interface DecisionRecord {
  readonly key: string;
  readonly model: string;
  readonly release: string | null;
  readonly workflow: 'monitor' | 'release' | 'rollout';
  readonly stage: string;
  readonly action: string;
  readonly because: string;
  readonly evidence: unknown;
}

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
    async revertChampion(input: Operator & { model: string }): Promise<{ because: string; revision: number; champion: number }> {
      const { model, by, reason, requestId } = input;
      const done = await getOperation(registry, requestId);
      const leading = await getChampion(registry, model);
      if (done?.finishedAt && done.revision !== null)
        return { because: done.because ?? '', revision: done.revision, champion: leading?.version ?? 0 };
      const previous = await previousChampion(registry, model);
      if (leading === null || previous === null) {
        throw new FinalError(
          'PAWL_NO_WAY_BACK',
          `${model} has had no champion before ${leading === null ? 'now' : `v${leading.version}`}; there is nothing to go back to.`,
        );
      }
      const because = `${by} rolled v${leading.version} back to v${previous.version}: ${reason}`;
      const { epoch } = await openEpoch(registry, { model, holder: requestId, kind: 'person' });
      const { revision } = await writeRevision(registry, {
        model,
        epoch,
        operationId: requestId,
        champion: previous.version,
        challenger: null,
        share: 0,
        shadowShare: 0,
        salt: requestId,
        leaseMs: null,
        because,
      });
      await moveChampion(registry, { model, version: previous.version, release: null, by, because, operationId: requestId });
      await finishOperation(registry, { requestId, because, revision });
      return { because, revision, champion: previous.version };
    },
  };
}
