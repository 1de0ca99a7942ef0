import { ApplicationFailure, isCancellation, TemporalFailure } from '@temporalio/workflow';
import type { FailureType } from '../src/messages/failures.ts';
import type { ReleasePlan, ReleaseResult } from '../src/messages/release.ts';
import { quick } from './activities.ts';
import type { ReleaseDesk } from './release-desk.ts';
import { tellEnded } from './tell-monitor.ts';
import { label, type Story } from './visibility.ts';

/** Ends that are a verdict on the version, not a fault of the system. */
const rejections: readonly FailureType[] = ['ContractViolation', 'NothingNew', 'ArtifactRefused', 'NoWayBack'];

/** How a release ends that did not reach its last line. */
export function endOf(failure: unknown, desk: ReleaseDesk): Pick<ReleaseResult, 'outcome' | 'because'> {
  if (isCancellation(failure)) {
    const operator = desk.withdrawnBy;
    return operator === null
      ? { outcome: 'failed', because: 'The release was cancelled.' }
      : { outcome: 'rolled_back', because: `${operator.by} withdrew it: ${operator.reason}` };
  }
  const root = rootOf(failure);
  const rejected = root instanceof ApplicationFailure && rejections.some((type) => type === root.type);
  return { outcome: rejected ? 'rejected' : 'failed', because: root.message };
}

function rootOf(failure: unknown): Error {
  if (failure instanceof TemporalFailure && failure.cause instanceof Error && !(failure instanceof ApplicationFailure))
    return rootOf(failure.cause);
  return failure instanceof Error ? failure : new Error(String(failure));
}

/** The last of a release, however it ended: every request answered, its row closed, the monitor told. */
export async function closeRelease(
  plan: ReleasePlan,
  desk: ReleaseDesk,
  story: Story,
  result: ReleaseResult,
): Promise<ReleaseResult> {
  const { release, outcome, because } = result;
  const { model, drill } = plan;
  await desk.answerTheRest(result);
  const { champion } = await quick.closeRelease({ ...result, model });
  label({ stage: outcome });
  story.now(`${outcome}: ${because}`);
  await tellEnded(model, { release, outcome, because, champion, endedAt: Date.now(), ...(drill === undefined ? {} : { drill }) });
  return result;
}
