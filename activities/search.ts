import type { DecisionRecord } from '../src/registry/decisions.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { endTrial, stopTrials } from '../src/registry/trials.ts';
import type { Dependencies } from './dependencies.ts';
import { trialCheckpoints } from './trial.ts';

/** What a search leaves on record, and what it cleans up. */
export function createSearchActivities({ registry, store }: Dependencies) {
  return {
    /** A trial that cannot come to anything; with a decision it is told in the timeline. */
    async failTrial(input: {
      release: string;
      trial: number;
      rung: number;
      because: string;
      decision: DecisionRecord | null;
    }): Promise<void> {
      await endTrial(registry, input, { score: null, because: input.because });
      if (input.decision !== null) await recordDecision(registry, input.decision);
    },

    /** However it ended: nothing of it is in training any more, and what its trials could have gone on from is gone. */
    async closeSearch(input: { release: string }): Promise<void> {
      await stopTrials(registry, input.release);
      for (const key of await store.list(trialCheckpoints(input.release))) await store.delete(key);
    },
  };
}
