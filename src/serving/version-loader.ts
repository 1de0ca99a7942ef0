import type { Logger } from 'pino';
import { requireAttested, type Trust } from '../attestation/trust.ts';
import { FinalError } from '../errors.ts';
import type { AssignedVersion } from '../registry/traffic-assignment.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { openIncumbent } from './incumbent/incumbent-scorer.ts';
import { digestOf, type LocalCache } from './local-cache.ts';
import { openScorer } from './open-scorer.ts';
import type { Scorer } from './scorer.ts';

export interface LoadOptions {
  readonly store: ObjectStore;
  readonly cache: LocalCache;
  readonly logger: Logger;
  /** Whose attestations count; null: nobody's, and none is asked for. */
  readonly trust: Trust | null;
}

/**
 * From the local cache or the object store to a scorer that is loaded and warm. The attestation is checked each time, also of what is
 * in the cache, and the bytes against the digest in the registry: what was evaluated and let through is what serves. An incumbent has
 * no artifact; it is opened as it is.
 * @throws FinalError PAWL_ARTIFACT_DAMAGED, PAWL_ATTESTATION_MISSING, PAWL_ATTESTATION_INVALID, PAWL_OBJECT_NOT_FOUND;
 * TransientError of the store
 */
export async function loadVersion(model: string, ref: AssignedVersion, options: LoadOptions): Promise<Scorer> {
  // Traffic that an older pawl left in the local cache says nothing of incumbents.
  if (ref.incumbent != null) return openIncumbent(ref.incumbent);
  const { cache, logger, trust } = options;
  const attestation = requireAttested(trust, { model, ...ref });
  if (trust !== null && attestation === null)
    logger.warn({ model, version: ref.version }, 'this version has no attestation; none is required');
  const bytes = (await cache.readArtifact(ref.digest)) ?? (await fetchArtifact(ref, options));
  return inTurn(() => openScorer(bytes));
}

let turn: Promise<unknown> = Promise.resolve();

/** One after the other: two that are measured at once would each count the other's time and memory. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work, work);
  turn = result.catch(() => undefined);
  return result;
}

async function fetchArtifact(ref: AssignedVersion, { store, cache, logger }: LoadOptions): Promise<Uint8Array> {
  const bytes = await store.get(ref.uri);
  const digest = digestOf(bytes);
  if (digest !== ref.digest) {
    throw new FinalError(
      'PAWL_ARTIFACT_DAMAGED',
      `The artifact of v${ref.version} has digest ${digest}, not ${ref.digest} as registered.`,
    );
  }
  // A full disk costs the start without registry, not the traffic.
  await cache
    .saveArtifact(ref.digest, bytes)
    .catch((error: unknown) => logger.error({ err: error }, 'artifact not kept in the local cache'));
  return bytes;
}
