import { setTimeout as wait } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import type { Registry } from '../src/registry/registry.ts';
import { getRelease } from '../src/registry/releases.ts';

/** How long a release that is ending may take to say so, ms. */
const endsWithin = 15_000;

/**
 * Whether the release wants an activity no more; otherwise another worker goes on with it. Temporal says CANCELLED only while the
 * workflow is open. One that has closed is NOT_FOUND, and so is an attempt whose heartbeat was late and that another one has followed:
 * the release tells them apart.
 * @param reason of the activity's cancellation signal
 */
export async function isWithdrawn(registry: Registry, release: string, reason: unknown): Promise<boolean> {
  if (!(reason instanceof CancelledFailure)) return false;
  if (reason.message === 'CANCELLED') return true;
  if (reason.message !== 'NOT_FOUND') return false;
  const deadline = performance.now() + endsWithin;
  while (performance.now() < deadline) {
    if ((await getRelease(registry, release)).outcome !== null) return true;
    await wait(500);
  }
  return false;
}
