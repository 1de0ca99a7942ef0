import type { Candidate } from '../activities/train.ts';
import type { ReleasePlan } from '../src/messages/release.ts';
import { quick } from './activities.ts';

/** A crash that cost nothing is worth a line: who reads the history later wonders why the training took so long. */
export async function recordResumption(plan: ReleasePlan, { resumedFrom, trainer }: Candidate): Promise<void> {
  await quick.recordDecision({
    key: `${plan.release}/resumed`,
    model: plan.model,
    release: plan.release,
    workflow: 'release',
    stage: 'train',
    action: 'resume',
    because: `a worker was lost in the middle of the training; another went on from step ${resumedFrom} of its checkpoint (${trainer})`,
    evidence: { resumedFrom },
  });
}
