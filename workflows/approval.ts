import type { ReleasePlan } from '../src/messages/release.ts';
import { quick } from './activities.ts';
import type { ReleaseDesk } from './release-desk.ts';

/** Waits for somebody other than the one who asked. Null when approved; else the sentence that refuses. */
export async function awaitApproval(
  plan: ReleasePlan,
  version: number,
  askedBy: string,
  desk: ReleaseDesk,
): Promise<string | null> {
  for (;;) {
    const operator = await desk.verdict();
    const own = operator.action === 'approve' && operator.by === askedBy;
    const because = own
      ? `${operator.by} asked for this release, so somebody else must approve v${version}.`
      : `${operator.by} ${operator.action === 'approve' ? 'approved' : 'rejected'} v${version}: ${operator.reason}`;
    await quick.recordDecision({
      key: operator.requestId,
      model: plan.model,
      release: plan.release,
      workflow: 'release',
      stage: 'approval',
      action: own ? 'refuse' : operator.action,
      because,
      evidence: operator,
    });
    await quick.finishOperation({ requestId: operator.requestId, because, release: plan.release });
    if (!own) return operator.action === 'approve' ? null : because;
  }
}
