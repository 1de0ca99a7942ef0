import { Context } from '@temporalio/activity';
import { renewLease } from '../src/registry/traffic.ts';
import { decideStep } from '../src/rollout/decide-step.ts';
import { decideDrill } from '../src/rollout/drill.ts';
import type { Command, Decision, Evidence, RolloutPolicy, RolloutState } from '../src/rollout/state.ts';
import { heldBack } from '../src/rollout/release-windows.ts';
import { verdictSentence } from '../src/rollout/verdict.ts';
import type { Dependencies } from './dependencies.ts';
import { EvidenceReader } from './evidence.ts';
import { localTime } from '../src/local-time.ts';

export interface GuardInput {
  readonly model: string;
  readonly version: number;
  readonly champion: number | null;
  readonly state: RolloutState;
  readonly policy: RolloutPolicy;
  readonly epoch: number;
  /** In force: the one whose lease is renewed. */
  readonly revision: number;
  /** The first revision of the step, which counts go back to. Absent in rollouts that began before steps had several. */
  readonly stepRevision?: number;
  /** When the step's first revision was written, ms since 1970. */
  readonly stepStartedAt: number;
  /** When the rollout's first revision was written, ms since 1970, and its number: pairs count from there. */
  readonly rolloutStartedAt: number;
  readonly firstRevision: number;
  /** When the challenger got its first callers, ms since 1970; absent before, and in rollouts that began before anybody asked. */
  readonly answeringSince?: number;
  /** The newest label when the rollout began: only later ones can belong to its pairs. */
  readonly labelSeq: number;
  readonly command: Command;
  /** The challenger is a copy of the champion, and never promoted. */
  readonly drill?: true;
}

export interface GuardReport {
  readonly decision: Decision;
  readonly evidence: Evidence;
}

/**
 * One step of a rollout: renews the lease, looks at the evidence, decides, and returns when the decision is no longer to
 * hold. It writes no traffic. Its worker's death costs a retry; its absence for longer than the lease costs the share.
 */
export function createGuardActivities(dependencies: Dependencies) {
  const { registry, store, clock, lookEvery } = dependencies;
  return {
    /** What the release has shown by now of what it set out to show; null where it says nothing of that. */
    async verdict(input: GuardInput): Promise<string | null> {
      const reader = new EvidenceReader({ registry, store, ...input });
      return verdictSentence(input.state, await reader.look(await clock.now()), input.policy);
    },

    async guard(input: GuardInput): Promise<GuardReport> {
      const context = Context.current();
      const decide = input.drill === undefined ? decideStep : decideDrill;
      const reader = new EvidenceReader({ registry, store, ...input });
      const expected =
        input.state.stage === 'bake'
          ? input.policy.bake
          : input.state.stage === 'shadow'
            ? input.policy.shadow.for
            : input.policy.step.for;
      for (;;) {
        context.cancellationSignal.throwIfAborted();
        const now = await clock.now();
        context.heartbeat({ phase: input.state.stage, done: now - input.stepStartedAt, total: expected });
        const seen = await reader.look(now);
        // Renewed after reading: a reader that fails must not keep a share alive that nobody is judging.
        const lapsed = input.champion === null ? false : (await renewLease(registry, input)).lapsed;
        const { windows } = input.policy;
        const held = windows === undefined ? null : heldBack(windows, localTime(now, windows.time_zone));
        const evidence = { ...seen, lapsed, ...(held === null ? {} : { heldBack: held }) };
        const decision = decide(input.state, evidence, input.policy, input.command);
        if (decision.action !== 'hold' || input.command !== null) return { decision, evidence };
        await clock.sleep(lookEvery);
      }
    },
  };
}
