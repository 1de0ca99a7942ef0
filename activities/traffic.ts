import { Context } from '@temporalio/activity';
import { attestReleased } from '../src/attestation/attest-version.ts';
import { moveChampion } from '../src/registry/champion.ts';
import { type DecisionRecord, recordDecision } from '../src/registry/decisions.ts';
import { newestLabelSeq } from '../src/registry/labels.ts';
import { finishOperation } from '../src/registry/operations.ts';
import { updateRelease } from '../src/registry/releases.ts';
import type { RevisionInput } from '../src/registry/traffic-revisions.ts';
import { openEpoch, writeRevision } from '../src/registry/traffic.ts';
import type { Dependencies } from './dependencies.ts';
import { requireWayBack } from './way-back.ts';

export interface RolloutGrant {
  readonly epoch: number;
  /** Salts the bucketing, so that a caller is not the guinea pig of every rollout. */
  readonly salt: string;
  /** The newest label as the rollout begins. */
  readonly labelSeq: number;
}

export interface TrafficStep extends RevisionInput {
  /** The person's request that this carries out. */
  readonly requestId?: string | undefined;
  /** The decision that this carries out; on record once it is carried out, not where a newer epoch refused it. */
  readonly decision?: DecisionRecord | undefined;
}

export interface WrittenRevision {
  readonly revision: number;
  /** When it was written, ms since 1970 on the guard's clock. */
  readonly at: number;
}

/** Everything that writes a model's traffic on behalf of a rollout. Each write repeats safely by its operation id. */
export function createTrafficActivities({ registry, store, clock, signer = null, trust = null }: Dependencies) {
  async function write(step: TrafficStep): Promise<WrittenRevision> {
    const { requestId, decision, ...revision } = step;
    const written = await writeRevision(registry, revision);
    if (decision !== undefined) await recordDecision(registry, decision);
    if (requestId !== undefined)
      await finishOperation(registry, { requestId, because: step.because, revision: written.revision });
    return { revision: written.revision, at: await clock.now() };
  }

  return {
    /** Gives this run of the rollout the newest epoch: from here on it alone may write. @throws NoWayBack */
    async beginRollout(input: { model: string; release: string; champion: number | null; drill?: true }): Promise<RolloutGrant> {
      await updateRelease(registry, input.release, { stage: 'rollout' });
      const { model, release, champion } = input;
      if (champion !== null) await requireWayBack({ registry, store }, { model, release, champion });
      if (signer !== null) await attestReleased({ registry, signer, trust }, { release, at: new Date(await clock.now()) });
      const runId = Context.current().info.workflowExecution?.runId ?? '';
      const { epoch } = await openEpoch(registry, {
        model: input.model,
        holder: runId,
        kind: input.drill === undefined ? 'rollout' : 'drill',
      });
      return { epoch, salt: runId, labelSeq: await newestLabelSeq(registry, input.model) };
    },

    writeTraffic: write,

    /** The challenger leads: traffic first, then the alias. */
    async promote(step: TrafficStep & { version: number; release: string; by: string }): Promise<WrittenRevision> {
      const { version, release, by, ...traffic } = step;
      const written = await write({ ...traffic, champion: version });
      await moveChampion(registry, {
        model: step.model,
        version,
        release,
        by,
        because: step.because,
        operationId: step.operationId,
      });
      return written;
    },

    /** The champion answers everything again. */
    withdraw: write,
  };
}
