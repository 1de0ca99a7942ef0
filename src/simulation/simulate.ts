import { localTime } from '../local-time.ts';
import { getChampion } from '../registry/champion.ts';
import type { Registry } from '../registry/registry.ts';
import { getVersion } from '../registry/versions.ts';
import { heldBack } from '../rollout/release-windows.ts';
import { policyOf, type RolloutPolicy } from '../rollout/state.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type Characteristics, operatingCharacteristics } from './characteristics.ts';
import { shortestCourse } from './course-times.ts';
import { type DriftCharacteristics, driftCharacteristics } from './drift-characteristics.ts';
import { readAccepted } from './read-accepted.ts';
import { readTraffic } from './read-traffic.ts';
import { assumedRows } from './row-blocks.ts';
import { profileOf, type TrafficProfile } from './traffic-profile.ts';

/** What is known of a model's policies before they are trusted. Plain JSON. */
export interface SimulationResult {
  readonly model: string;
  readonly champion: number | null;
  readonly rollouts: number;
  readonly seed: number;
  readonly profile: TrafficProfile;
  /** The stages, each with when it begins where none takes longer than it has to, ms. */
  readonly course: readonly { readonly stage: string; readonly from: number }[];
  readonly characteristics: readonly Characteristics[];
  /** Null where drift is not watched by detectors, or on too few rows. */
  readonly drift: DriftCharacteristics | null;
  /** What no simulated evidence tells of, though the policy asks for it. */
  readonly leftOut: readonly string[];
}

interface Request {
  readonly rollouts: number;
  readonly seed: number;
  readonly onProgress: (what: 'reading' | 'rollouts' | 'drift', done: number, of: number) => void;
}

const day = 86_400;

/** Reads a model's traffic and simulates its policies on it. */
export async function simulateModel(
  sources: { readonly registry: Registry; readonly store: ObjectStore },
  spec: ModelSpec,
  { rollouts, seed, onProgress }: Request,
): Promise<SimulationResult> {
  onProgress('reading', 0, 1);
  const leading = await getChampion(sources.registry, spec.model);
  const version = leading === null ? null : await getVersion(sources.registry, spec.model, leading.version);
  const recorded = await readTraffic(sources, spec, leading?.version ?? null);
  const profile = profileOf(spec.model, spec.task, recorded, version?.metrics);
  const accepted = version === null ? null : await readAccepted(sources, spec, version);
  const { windows } = spec.release;
  const policy = policyOf(spec.release);
  const characteristics = operatingCharacteristics(profile, policy, {
    rollouts,
    seed,
    onProgress: (done, of) => onProgress('rollouts', done, of),
    ...(windows === undefined ? {} : { heldBack: (at: number) => heldBack(windows, localTime(at, windows.time_zone)) }),
  });
  const { requestsPerSecond } = profile;
  const requestsADay = (requestsPerSecond.reduce((sum, rate) => sum + rate, 0) / requestsPerSecond.length) * day;
  const drift = driftCharacteristics(spec, accepted ?? assumedRows(spec), requestsADay, {
    seed,
    onProgress: (done, of) => onProgress('drift', done, of),
  });
  return {
    model: spec.model,
    champion: leading?.version ?? null,
    rollouts,
    seed,
    profile: {
      ...profile,
      assumed: [
        ...profile.assumed,
        ...assumedLosses(policy),
        ...(accepted === null && drift !== null ? ['for drift, rows that are independent of each other, numbers normal'] : []),
      ],
    },
    course: shortestCourse(policy),
    characteristics,
    drift,
    leftOut: leftOutOf(spec),
  };
}

/** Of errors their sizes are recorded, and no more. */
function assumedLosses({ rollback_when: rules }: RolloutPolicy): string[] {
  const asks = (rule: 'pinball' | 'poisson_deviance') => rules.some((one) => one[rule] !== undefined);
  return [
    ...(asks('pinball') ? ['the pinball loss as half the absolute error, as where errors are as often above as below'] : []),
    ...(asks('poisson_deviance') ? ['the Poisson deviance as the squared error, as of counts that all have one mean'] : []),
  ];
}

function leftOutOf({ release, monitor }: ModelSpec): string[] {
  const asks = (rule: 'score_shift' | 'latency') => release.rollback_when.some((one) => one[rule] !== undefined);
  return [
    ...(asks('latency') ? [] : ['no rule of the policy asks for latency']),
    ...(asks('score_shift') ? ['score_shift never speaks: scores are not simulated'] : []),
    ...(release.segments === undefined ? [] : ['everybody takes part: the log does not say who is in which segment']),
    ...(release.strategy === 'bandit' && release.shadow.share < 1
      ? ['the bandit learns from requests that both versions scored only']
      : []),
    ...(monitor.preset === undefined && monitor.drift.by === 'detector'
      ? []
      : ['drift is not simulated: no detector watches it']),
  ];
}
