import { FinalError } from '../errors.ts';
import { getChampion, moveChampion, previousChampion } from './champion.ts';
import { recordOperation, finishOperation } from './operations.ts';
import type { Registry } from './registry.ts';
import { openEpoch, readAssignment, writeRevision } from './traffic.ts';

/**
 * The way back that needs Postgres only. With a challenger on trial the champion gets everything; without one the champion
 * before this one leads again. Opens an epoch of the person's own, so that a rollout still running may no longer write.
 * @throws FinalError PAWL_NO_WAY_BACK
 */
export async function breakGlass(
  registry: Registry,
  input: { model: string; by: string; reason: string; operationId: string },
): Promise<{ because: string; revision: number; champion: number }> {
  const { model, by, reason, operationId } = input;
  const traffic = await readAssignment(registry, model);
  const leading = await getChampion(registry, model);
  const onTrial = traffic?.challenger ?? null;
  const target = onTrial === null ? await previousChampion(registry, model) : leading;
  if (target === null) throw new FinalError('PAWL_NO_WAY_BACK', `${model} has no champion to go back to.`);
  const gone = onTrial ?? leading;
  const because = `${by} broke the glass: v${gone?.version ?? '?'} gives way to v${target.version}: ${reason}`;
  await recordOperation(registry, { requestId: operationId, model, action: 'rollback', by, reason });
  const { epoch } = await openEpoch(registry, { model, holder: operationId, kind: 'break-glass' });
  const { revision } = await writeRevision(registry, {
    model,
    epoch,
    operationId,
    champion: target.version,
    challenger: null,
    share: 0,
    shadowShare: 0,
    salt: operationId,
    leaseMs: null,
    because,
  });
  if (target.version !== leading?.version)
    await moveChampion(registry, { model, version: target.version, release: null, by, because, operationId });
  await finishOperation(registry, { requestId: operationId, because, revision });
  return { because, revision, champion: target.version };
}
