import type { RolloutPolicy } from '../rollout/state.ts';
import type { Fraction, Milliseconds } from '../spec/quantities.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import { Random } from '../training/random.ts';
import { rolloutWorld, type RolloutWorld } from './rollout-world.ts';
import { type Scenario, scenariosOf } from './scenarios.ts';
import { type RolloutEnd, simulateRollout } from './simulate-rollout.ts';
import type { TrafficProfile } from './traffic-profile.ts';

/** How a policy does where the version on trial is of one kind: of so many rollouts, each drawn anew. */
export interface Characteristics {
  readonly scenario: Scenario;
  readonly rollouts: number;
  readonly rolledBack: number;
  /** Of the share that is rolled back: 95 %, Wilson. */
  readonly interval: { readonly low: Fraction; readonly high: Fraction };
  readonly promoted: number;
  readonly undecided: number;
  /** Of those rolled back: when, and what the challenger had answered by then. */
  readonly found: Found | null;
  /** Of those promoted. */
  readonly promotedAfter: Spread | null;
  /** Of those rolled back, how many in which stage, and by which rule. */
  readonly stages: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, number>>;
  /** Rule and stage, `error_ratio, 25 %`. */
  readonly places: Readonly<Record<string, number>>;
  /** When rollouts were rolled back, ascending, ms since they began. */
  readonly rolledBackAt: readonly Milliseconds[];
  /** One of the sentences that a rollback closed with: the one in the middle. */
  readonly example: string | null;
}

export interface Found {
  /** Since the rollout began. */
  readonly after: Spread;
  readonly requests: Spread;
  readonly callers: Spread;
}

export interface Spread {
  readonly median: number;
  readonly p90: number;
}

export interface Simulation {
  readonly rollouts: number;
  readonly seed: number;
  /** Called now and then, with how many of all rollouts are done. */
  readonly onProgress?: (done: number, of: number) => void;
  readonly heldBack?: RolloutWorld['heldBack'];
}

/** Standard errors of 95 %. */
const z = 1.959_963_984_540_054;
/** Rollouts between two words on how far it is. */
const toldEvery = 50;

/**
 * What a policy does with versions of each kind on this traffic: its operating characteristics. Equal arguments give equal results:
 * each rollout has a generator of its own, and rollouts of the same number begin alike in all scenarios.
 */
export function operatingCharacteristics(
  profile: TrafficProfile,
  policy: RolloutPolicy,
  { rollouts, seed, onProgress, heldBack }: Simulation,
): Characteristics[] {
  const scenarios = scenariosOf(profile.answers.task);
  const found: Characteristics[] = [];
  for (const [place, scenario] of scenarios.entries()) {
    const world = rolloutWorld(profile, policy, scenario, heldBack);
    const [healthy] = found;
    if (scenario.slower !== 1 && world.latency === null && healthy !== undefined) {
      // Nobody asks how long it takes, so that the same draws come to the same ends.
      found.push({ ...healthy, scenario });
      continue;
    }
    const ends: RolloutEnd[] = [];
    for (let i = 0; i < rollouts; i++) {
      if (i % toldEvery === 0) onProgress?.(place * rollouts + i, scenarios.length * rollouts);
      ends.push(simulateRollout(world, new Random(seed * 1_000_003 + i)));
    }
    found.push(characteristicsOf(scenario, ends));
  }
  return found;
}

function characteristicsOf(scenario: Scenario, ends: readonly RolloutEnd[]): Characteristics {
  const of = (outcome: RolloutEnd['outcome']) => ends.filter((end) => end.outcome === outcome);
  const rolledBack = of('rolledBack').toSorted((a, b) => a.after - b.after);
  const promoted = of('promoted');
  return {
    scenario,
    rollouts: ends.length,
    rolledBack: rolledBack.length,
    interval: wilsonInterval(rolledBack.length, ends.length, z),
    promoted: promoted.length,
    undecided: ends.length - rolledBack.length - promoted.length,
    found:
      rolledBack.length === 0
        ? null
        : {
            after: spreadOf(rolledBack.map(({ after }) => after)),
            requests: spreadOf(rolledBack.map(({ requests }) => requests)),
            callers: spreadOf(rolledBack.map(({ callers }) => callers)),
          },
    promotedAfter: promoted.length === 0 ? null : spreadOf(promoted.map(({ after }) => after)),
    stages: countBy(rolledBack.map(({ stage }) => stage)),
    places: countBy(rolledBack.map(({ rule, stage }) => (rule === null ? stage : `${rule}, ${stage}`))),
    rules: countBy(rolledBack.flatMap(({ rule }) => (rule === null ? [] : [rule]))),
    rolledBackAt: rolledBack.map(({ after }) => after),
    example: rolledBack[rolledBack.length >> 1]?.because ?? null,
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const ordered = values.toSorted((a, b) => a - b);
  const at = (share: number) => ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))] ?? NaN;
  return { median: at(0.5), p90: at(0.9) };
}
