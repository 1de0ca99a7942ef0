import { setTimeout as sleep } from 'node:timers/promises';
import { FinalError, TransientError } from '../errors.ts';
import type { ReleaseResult } from '../messages/release.ts';
import type { Registry } from '../registry/registry.ts';
import type { ReleaseRecord } from '../registry/releases.ts';
import { getRelease } from '../registry/releases.ts';
import { getSpec } from '../registry/specs.ts';
import { timeline } from '../registry/timeline.ts';
import { getTrigger } from '../registry/triggers.ts';
import type { ReleaseSpec } from '../spec/schema.ts';
import { formatDuration } from '../spec/quantities.ts';
import { listed } from '../stats/wording.ts';

/** A release goes on while the registry is away; so does the wait for it, this long, ms. */
const patience = 120_000;

export interface Followed {
  readonly registry: Registry;
  readonly model: string;
  readonly triggerId: string;
  /** Whether the monitor still has the trigger: waiting, or as the release that runs. */
  readonly isKept: () => Promise<boolean>;
  readonly tell: (line: string) => void;
}

/**
 * Follows a trigger to the end of the release that it led to, telling each stage and each decision as it comes.
 * @throws FinalError PAWL_REQUEST_REFUSED where the monitor dropped the trigger before it led to a release;
 *   TransientError PAWL_REGISTRY_UNAVAILABLE where the registry is away for too long.
 */
export async function followRelease(followed: Followed): Promise<ReleaseResult> {
  const { model, triggerId, tell } = followed;
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) tell(line);
    told.add(line);
  };
  let lastAnswer = Date.now();
  for (;;) {
    try {
      const release = await releaseOf(followed);
      if (release !== null) await tellProgress(followed, release, tellOnce);
      if (release !== null && release.outcome !== null) {
        const { id, outcome, version, because, metrics } = release;
        return { release: id, outcome, version, because: because ?? '', metrics: metrics ?? {} };
      }
      // The second look is for a release that opened and ended between the first and the monitor's answer.
      if (release === null && !(await followed.isKept()) && (await releaseOf(followed)) === null)
        throw new FinalError(
          'PAWL_REQUEST_REFUSED',
          `The monitor of ${model} has let the trigger ${triggerId} go without a release: another trigger came first, or its release could not begin.`,
        );
      lastAnswer = Date.now();
    } catch (error) {
      if (!(error instanceof TransientError) || Date.now() - lastAnswer > patience) throw error;
      tellOnce(`${error.message} The release goes on; so does the wait.`);
    }
    await sleep(300);
  }
}

async function releaseOf({ registry, triggerId }: Followed): Promise<ReleaseRecord | null> {
  const trigger = await getTrigger(registry, triggerId);
  return trigger?.release ? getRelease(registry, trigger.release) : null;
}

async function tellProgress({ registry, model }: Followed, release: ReleaseRecord, tell: (line: string) => void): Promise<void> {
  const { id, stage } = release;
  for (const row of await timeline(registry, model, 50))
    if ((row.kind === 'decision' || row.kind === 'step') && row.release === id) tell(`${id}: ${row.because}`);
  if (release.outcome !== null) return;
  if (stage !== null && stage !== 'rollout') tell(`${id}: ${stage}`);
  if (stage === 'rollout') {
    const { spec } = await getSpec(registry, model, release.specDigest);
    const [what, shorter] = release.drill ? ['drill', 'rollback'] : ['release', 'promote'];
    tell(
      `${id}: rollout: ${course(spec.release)}. Ctrl-C ends this wait, not the ${what}; \`pawl ${shorter} ${model}\` cuts it short.`,
    );
  }
}

/** What lies before a version on trial, in a phrase. */
function course({ strategy, segments, shadow, ramp, step, bake }: ReleaseSpec): string {
  const shares = `${strategy === 'bandit' ? 'up to ' : ''}${ramp.map((share) => `${Math.round(share * 100)} %`).join(', ')}`;
  const callers = segments === undefined ? '' : ` (of the callers of ${listed(segments)} until 100 %)`;
  return `${strategy}, shadow for ${formatDuration(shadow.for)}, ${shares}${callers} for ${formatDuration(step.for)} each at least, bake for ${formatDuration(bake)}; a first version only bakes`;
}
