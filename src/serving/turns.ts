import { FinalError } from '../errors.ts';
import type { TrafficAssignment } from '../registry/traffic-assignment.ts';
import { bucket } from './bucketing.ts';
import type { ModelTraffic } from './model-traffic.ts';
import type { PredictRequest } from './predict-request.ts';
import { split, takesPart, type Route } from './routing.ts';
import type { ServedVersion } from './served-version.ts';
import type { ArmRole } from './windows.ts';

/** A version that is asked, and as what. */
export interface Turn {
  readonly by: ServedVersion;
  readonly role: 'champion' | 'challenger' | 'shadow';
  /** As what its windows count it. */
  readonly counted: ArmRole;
  /** In whose place it answers, when it does: null where it was to answer anyway. */
  readonly fallback: 'champion' | 'former' | null;
}

export interface Turns {
  /** In the order in which they are asked, until one answers. */
  readonly turns: readonly Turn[];
  /** Scored beside, off the caller's path. */
  readonly beside: ServedVersion | null;
}

/**
 * Who is asked: the side that the traffic decides on, behind it the champion, behind that the champion before. Who asks for a version
 * gets that one or none: another one's answer is not what was asked for.
 * @param firstId of the request's predictions: draws the shadows, and stands for the key of a caller that gave none
 * @param now monotonic, ms
 * @throws FinalError PAWL_VERSION_NOT_ALLOWED, PAWL_VERSION_NOT_SERVED
 */
export function turnsOf(
  traffic: ModelTraffic,
  assignment: TrafficAssignment,
  request: PredictRequest,
  firstId: string,
  now: number,
): Turns {
  const champions = traffic.champions();
  const leader = assignment.champion?.version;
  if (request.version !== null && request.version !== champions[0]?.version)
    return { turns: [chosen(traffic, request.version, request.key, leader)], beside: null };
  const { asked, behind, outside } = championTurns(champions, leader);
  if (assignment.challenger === null) return { turns: asked, beside: null };
  const challenger = request.version === null ? traffic.challenger() : null;
  const route = challenger === null ? null : routeOf(traffic, assignment, request, firstId, now, champions.length > 0);
  if (challenger === null || route === null) return { turns: outside, beside: null };
  const other = route.beside === null ? null : route.beside === 'challenger' ? challenger : (champions[0] ?? null);
  if (route.answers === 'champion') return { turns: asked, beside: other };
  return { turns: [{ by: challenger, role: 'challenger', counted: 'challenger', fallback: null }, ...behind], beside: other };
}

interface ChampionTurns {
  /** Where the champion is to answer. */
  readonly asked: readonly Turn[];
  /** Where they stand behind a challenger. */
  readonly behind: readonly Turn[];
  /** Where the caller takes no part in a rollout that there is. */
  readonly outside: readonly Turn[];
}

/** By the list of champions, which is the same one until they change: put together once, and not for each request. */
const known = new WeakMap<readonly ServedVersion[], ChampionTurns>();

function championTurns(champions: readonly ServedVersion[], leader: number | undefined): ChampionTurns {
  const before = known.get(champions);
  if (before !== undefined) return before;
  const asked = champions.map((by): Turn => ({
    by,
    role: 'champion',
    counted: 'champion',
    fallback: by.version === leader ? null : 'former',
  }));
  // A champion that stands in for the challenger, and fails as well, has not failed one of its own callers: counted with its side, a
  // row that no version can answer would be the champion's error whoever it came from.
  const outside = asked.map((turn): Turn => ({ ...turn, counted: 'outside' }));
  const turns = { asked, outside, behind: outside.map((turn): Turn => ({ ...turn, fallback: turn.fallback ?? 'champion' })) };
  known.set(champions, turns);
  return turns;
}

/** Null where the caller takes no part. */
function routeOf(
  traffic: ModelTraffic,
  { salt, segments, share, shadowShare }: TrafficAssignment,
  request: PredictRequest,
  firstId: string,
  now: number,
  championReady: boolean,
): Route | null {
  const state = { segments, challengerReady: true, championReady, leaseRemaining: traffic.leaseRemaining(now) };
  const experiment = request.experiment && !traffic.isOptedOut(request.key);
  if (!takesPart(state, { segment: request.segment, experiment })) return null;
  // A hash for each request is spared where it decides nothing.
  const draw = shadowShare > 0 && shadowShare < 1 ? bucket(`${salt}/beside`, firstId) : 0;
  return split({ share, shadowShare }, share > 0 ? bucket(salt, request.key ?? firstId) : 0, draw);
}

function chosen(traffic: ModelTraffic, version: number, key: string | null, leader: number | undefined): Turn {
  if (!traffic.mayChoose(key)) {
    throw new FinalError(
      'PAWL_VERSION_NOT_ALLOWED',
      `${key === null ? 'A caller without key' : `The caller ${key}`} may not ask for a version of ${traffic.model}.`,
    );
  }
  const by = traffic.shelf.get(version);
  if (by === null) {
    const held = traffic.shelf.ready().map((one) => `v${one}`);
    throw new FinalError(
      'PAWL_VERSION_NOT_SERVED',
      `v${version} of ${traffic.model} is not loaded here; ${held.length === 0 ? 'none is' : `${held.join(', ')} ${held.length === 1 ? 'is' : 'are'}`}.`,
    );
  }
  // Who chooses is no sample of the callers: only what the traffic decides counts as a side of the rollout.
  return version === leader
    ? { by, role: 'champion', counted: 'outside', fallback: null }
    : { by, role: 'shadow', counted: 'shadow', fallback: null };
}
