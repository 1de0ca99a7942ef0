import type { Trigger } from '../src/messages/release.ts';
import { overBudget } from '../src/monitoring/money.ts';
import { recordDecision } from '../src/registry/decisions.ts';
import { releaseWork } from '../src/registry/release-work.ts';
import { getSpec } from '../src/registry/specs.ts';
import { recordTrigger } from '../src/registry/triggers.ts';
import { releaseCost } from '../src/watch/release-cost.ts';
import type { Dependencies } from './dependencies.ts';

type Registry = Dependencies['registry'];

/** What a month may cost, before a release begins. Rollbacks never come here. */
export function createBudgetActivities({ registry }: Pick<Dependencies, 'registry'>) {
  return {
    /** Why a trigger that is no person's has to wait, on record with it; null where it need not. */
    async mayAfford(input: { model: string; trigger: Trigger }): Promise<{ refusal: string | null }> {
      const { model, trigger } = input;
      const refusal = await whyNot(registry, model);
      if (refusal !== null)
        await recordTrigger(registry, { ...trigger, because: `${trigger.because}; it waits: ${refusal}`, model, evidence: {} });
      return { refusal };
    },
  };
}

/** A person's release begins all the same, and it is told that it goes beyond the budget. */
export async function noteOverBudget(registry: Registry, release: string, model: string, { kind, by }: Trigger): Promise<void> {
  const spent = kind === 'person' ? await whyNot(registry, model) : null;
  if (spent === null) return;
  await recordDecision(registry, {
    key: `${release}/budget`,
    model,
    release,
    workflow: 'release',
    stage: 'open',
    action: 'override',
    because: `${spent}; it begins all the same, as ${by} asked for it`,
    evidence: {},
  });
}

async function whyNot(registry: Registry, model: string): Promise<string | null> {
  const { spec } = await getSpec(registry, model);
  const { thisMonth, next } = await releaseWork(registry, model);
  return overBudget(releaseCost(spec, thisMonth, next).cost);
}
