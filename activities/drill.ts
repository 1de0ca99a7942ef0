import { Context } from '@temporalio/activity';
import { FinalError } from '../src/errors.ts';
import { localTime } from '../src/local-time.ts';
import type { DrillInput, DrillResult, ReleasePlan } from '../src/messages/release.ts';
import { getChampion } from '../src/registry/champion.ts';
import { beginDrill, countedSince, endDrill, lastAnswerOf, registerCopy } from '../src/registry/drills.ts';
import { liveGateways } from '../src/registry/gateways.ts';
import { openRelease, updateRelease } from '../src/registry/releases.ts';
import { getSpec } from '../src/registry/specs.ts';
import { linkTrigger, recordTrigger } from '../src/registry/triggers.ts';
import { getVersion } from '../src/registry/versions.ts';
import type { Recovery, WayBack } from '../src/rollout/drill.ts';
import { heldBack } from '../src/rollout/release-windows.ts';
import { policyOf } from '../src/rollout/state.ts';
import type { Dependencies } from './dependencies.ts';
import { heartbeat, keepAlive } from './progress.ts';
import { checkWaysBack } from './ways-back.ts';

/** Longest that a way back may take, ms: a gateway that has not followed by then is named. */
const patience = 120_000;
/** A gateway that has not reported for so long is not there any more, ms. */
const gatewaySilence = 10_000;
/** How often gateways are looked at, ms: the recovery is known to within it. */
const lookEvery = 50;
/** How long windows are awaited that tell of the copy's last answer, ms; gateways close one every two seconds. */
const windowsPatience = 6000;

/** What a drill does beside the rollout that it rehearses. */
export function createDrillActivities({ registry, store, clock }: Dependencies) {
  /** Why there can be no drill now; null where there can. */
  async function whyNot(model: string): Promise<string | null> {
    const champion = await getChampion(registry, model);
    if (champion === null) return `${model} has no champion yet: there is nobody to go back to.`;
    const { incumbent } = await getVersion(registry, model, champion.version);
    if (incumbent !== null)
      return `v${champion.version}, the champion, is an endpoint that was there before pawl: a drill would ask it twice as much.`;
    const { spec } = await getSpec(registry, model);
    const { windows } = spec.release;
    const held = windows === undefined ? null : heldBack(windows, localTime(await clock.now(), windows.time_zone));
    return held === null ? null : `No drill now: ${held}.`;
  }

  return {
    async mayDrill(input: { model: string }): Promise<{ refusal: string | null }> {
      return { refusal: await whyNot(input.model) };
    },

    /** Takes the next number for a drill and reads what it goes by. @throws RequestRefused where there can be no drill now */
    async openDrill({ model, trigger }: DrillInput): Promise<ReleasePlan & { readonly champion: number }> {
      const refusal = await whyNot(model);
      const champion = await getChampion(registry, model);
      if (refusal !== null || champion === null) throw new FinalError('PAWL_REQUEST_REFUSED', refusal ?? '');
      const { spec, digest } = await getSpec(registry, model);
      const runId = Context.current().info.workflowExecution?.runId ?? trigger.id;
      await recordTrigger(registry, { ...trigger, model, evidence: {} });
      const { id: release } = await openRelease(registry, { model, runId, specDigest: digest, trigger, drill: true });
      await linkTrigger(registry, trigger.id, release);
      await beginDrill(registry, { release, model, champion: champion.version });
      // A drill sets out to show nothing about a version.
      const { hypothesis: _, success: __, ...policy } = policyOf(spec.release);
      const { trainer } = spec.training;
      return { release, model, trainer, approval: 'none', champion: champion.version, policy, drill: true };
    },

    async checkWaysBack(input: { release: string; model: string; champion: number }): Promise<WayBack[]> {
      const stop = keepAlive('ways back');
      try {
        await updateRelease(registry, input.release, { stage: 'ways back' });
        return await checkWaysBack({ registry, store }, input.model, input.champion);
      } finally {
        stop();
      }
    },

    /** The champion's artifact as a version of its own. */
    async registerCopy(input: { release: string; model: string; champion: number }): Promise<{ version: number }> {
      const { release, model, champion } = input;
      const { version } = await registerCopy(registry, { release, model, of: champion });
      await updateRelease(registry, release, { version });
      return { version };
    },

    /** Waits until every gateway follows the revision that gave the champion everything again, two minutes at most. */
    async measureRecovery(input: {
      release: string;
      model: string;
      version: number;
      revision: number;
      decidedAt: number;
    }): Promise<Recovery> {
      const { release, model, version, revision, decidedAt } = input;
      const look = async () => {
        heartbeat({ phase: 'recover', done: 0, total: 1 });
        const gateways = await liveGateways(registry, model, gatewaySilence);
        const late = gateways.filter((gateway) => (gateway.revision ?? 0) < revision);
        return { gateways, late, elapsed: (await clock.now()) - decidedAt };
      };
      let seen = await look();
      while (seen.late.length > 0 && seen.elapsed < patience) {
        await clock.sleep(lookEvery);
        seen = await look();
      }
      const { gateways, late, elapsed } = seen;
      await updateRelease(registry, release, { stage: 'recover' });
      const toldEnough = async () => {
        const told = await countedSince(registry, model, revision);
        return gateways.every(({ process }) => told.includes(process));
      };
      for (let waited = 0; waited < windowsPatience && !(await toldEnough()); waited += 500) {
        heartbeat({ phase: 'last answer', done: waited, total: windowsPatience });
        await clock.sleep(500);
      }
      const last = await lastAnswerOf(registry, model, version);
      return {
        tookMs: gateways.length === 0 || late.length > 0 ? null : elapsed,
        waitedMs: patience,
        gateways: gateways.length,
        late: late.map(({ address }) => address),
        lastAnswerMs: last === null ? null : Math.max(0, last - decidedAt),
      };
    },

    async endDrill({ drill, ...shown }: DrillResult): Promise<void> {
      await endDrill(registry, { release: drill, ...shown });
    },
  };
}
