import { Context } from '@temporalio/activity';
import { FinalError } from '../src/errors.ts';
import { type ReleaseInput, releaseOptions, type ReleaseOutcome, type ReleasePlan } from '../src/messages/release.ts';
import { getChampion } from '../src/registry/champion.ts';
import { importTrainer } from '../src/training/import/adopt-import.ts';
import { findImport } from '../src/registry/imports.ts';
import { finishOpenOperations } from '../src/registry/operations.ts';
import { closeRelease, openRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { linkTrigger, recordTrigger } from '../src/registry/triggers.ts';
import { policyOf } from '../src/rollout/state.ts';
import { searchPolicyOf } from '../src/spec/search-policy.ts';
import { noteOverBudget } from './budget.ts';
import type { Dependencies } from './dependencies.ts';

/** The release's own row in the registry: opened first, closed last. */
export function createReleaseActivities({ registry }: Dependencies) {
  return {
    /** Takes the next number and reads what the release goes by. Equal run, equal release. */
    async openRelease(input: ReleaseInput): Promise<ReleasePlan> {
      const { model, trigger } = input;
      if (input.asOf !== undefined && Number.isNaN(Date.parse(input.asOf)))
        throw new FinalError('PAWL_TIME_INVALID', `${input.asOf} is no time.`);
      const { spec, digest } = await getSpec(registry, model);
      const runId = Context.current().info.workflowExecution?.runId ?? trigger.id;
      await recordTrigger(registry, { ...trigger, model, evidence: {} });
      const release = await openRelease(registry, {
        model,
        runId,
        specDigest: digest,
        trigger,
        ...releaseOptions(input),
      });
      await linkTrigger(registry, trigger.id, release.id);
      await noteOverBudget(registry, release.id, model, trigger);
      const champion = await getChampion(registry, model);
      const imported = await findImport(registry, trigger.id);
      const trains = input.from !== 'evaluate' && imported === null;
      const search = trains ? searchPolicyOf(spec) : null;
      return {
        release: release.id,
        model,
        trainer: imported === null ? spec.training.trainer : importTrainer,
        approval: spec.release.approval,
        champion: champion?.version ?? null,
        policy: policyOf(spec.release),
        ...(search === null ? {} : { search }),
      };
    },

    /** So that `pawl status` says where a release stands. */
    async noteStage(input: { release: string; stage: string }): Promise<void> {
      await updateRelease(registry, input.release, { stage: input.stage });
    },

    /** Writes the end and says who is champion now. */
    async closeRelease(input: {
      release: string;
      model: string;
      outcome: ReleaseOutcome;
      version: number | null;
      because: string;
      metrics: Readonly<Record<string, number>>;
    }): Promise<{ champion: number | null }> {
      await closeRelease(registry, {
        id: input.release,
        outcome: input.outcome,
        version: input.version,
        because: input.because,
        metrics: input.metrics,
      });
      await finishOpenOperations(registry, {
        model: input.model,
        release: input.release,
        because: `Not done: ${input.release} ended ${input.outcome.replace('_', ' ')}: ${input.because}`,
      });
      return { champion: (await getChampion(registry, input.model))?.version ?? null };
    },
  };
}
