import type { RecordedRollout } from '../registry/recorded-rollouts.ts';
import { lasting, percent } from '../stats/wording.ts';
import { isSameMoment, type ReplayedRollout } from './replay-rollout.ts';

/** How a rollout ended, or stands. */
export interface RolloutEnd {
  readonly outcome: 'promoted' | 'rolled_back' | 'undecided' | 'running';
  /** ms since 1970 */
  readonly at: number;
  /** `the shadow`, `25 %`, `the bake` */
  readonly where: string;
  readonly because: string;
  /** Requests of callers that the challenger had answered by then. */
  readonly exposed: number;
}

/** A recorded rollout beside what another policy makes of it. */
export interface RolloutComparison {
  readonly release: string;
  readonly version: number;
  readonly champion: number | null;
  readonly begunAt: number;
  /** ms between two looks of the replay. */
  readonly lookEvery: number;
  readonly recorded: RolloutEnd;
  readonly replayed: RolloutEnd;
  readonly decisions: ReplayedRollout['decisions'];
  /** What differs, in words; null where both end alike: by the same action at the same moment. */
  readonly differs: string | null;
}

/** How it ended on record. `exposed`: the requests that the challenger had answered by a moment. */
export function recordedEnd({ steps, endedAt }: RecordedRollout, now: number, exposed: (at: number) => number): RolloutEnd {
  const last = steps.at(-1) ?? steps[0];
  const { ended } = last;
  const where = whereOf(ended?.stage ?? null, last.share);
  if (endedAt === null) return { outcome: 'running', at: now, where, because: 'it is running', exposed: exposed(now) };
  const decided = ended?.action === 'promote' || ended?.action === 'rollBack' ? ended : null;
  return {
    outcome: decided?.action === 'promote' ? 'promoted' : 'rolled_back',
    at: endedAt,
    where,
    because: decided?.because ?? 'somebody else took the traffic over, or the rollout failed',
    exposed: exposed(endedAt),
  };
}

/** The step of a revision without a decision is told by its share. */
function whereOf(stage: string | null, share: number): string {
  if (stage !== null) return stage.startsWith('ramp') ? percent(share) : `the ${stage}`;
  return share === 0 ? 'the shadow' : percent(share);
}

/** What differs, as somebody would tell it; null where nothing does. */
export function differenceOf(recorded: RolloutEnd, replayed: RolloutEnd, lookEvery: number): string | null {
  if (recorded.outcome === 'running' && replayed.outcome === 'undecided') return null;
  const place = replayed.where === recorded.where ? '' : `, at ${replayed.where}`;
  if (replayed.outcome === 'undecided') return `undecided when the record ends${place}; it was ${said[recorded.outcome]}`;
  if (replayed.outcome !== recorded.outcome) {
    const was = recorded.outcome === 'running' ? 'is running' : `was ${said[recorded.outcome]} at ${recorded.where}`;
    return `${said[replayed.outcome]} at ${replayed.where}, ${apart(recorded.at, replayed.at)}; it ${was}`;
  }
  return isSameMoment(recorded.at, replayed.at, lookEvery) ? null : `${apart(recorded.at, replayed.at)}${place}`;
}

const said = { promoted: 'promoted', rolled_back: 'rolled back', undecided: 'undecided', running: 'running' } as const;

function apart(recorded: number, replayed: number): string {
  return `${lasting(Math.abs(replayed - recorded))} ${replayed < recorded ? 'sooner' : 'later'}`;
}

/** `3 of 4 rollouts end as on record; 1 rolled back that was promoted.` */
export function rolloutsInWords(all: readonly RolloutComparison[]): string {
  if (all.length === 0) return 'No rollout is on record.';
  const count = (one: (comparison: RolloutComparison) => boolean) => all.filter(one).length;
  const alike = count(({ differs }) => differs === null);
  const ends = (was: RolloutEnd['outcome'], is: RolloutEnd['outcome']) =>
    count(({ recorded, replayed, differs }) => differs !== null && recorded.outcome === was && replayed.outcome === is);
  const undecided = count(({ differs, replayed }) => differs !== null && replayed.outcome === 'undecided');
  const parts: readonly (readonly [number, string])[] = [
    [ends('promoted', 'rolled_back'), 'rolled back that was promoted'],
    [ends('rolled_back', 'promoted'), 'promoted that was rolled back'],
    [undecided, 'undecided when the record ends'],
    [ends('promoted', 'promoted') + ends('rolled_back', 'rolled_back'), 'at another time'],
    [ends('running', 'promoted'), 'promoted that is running'],
    [ends('running', 'rolled_back'), 'rolled back that is running'],
  ];
  const others = parts.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}`]));
  return `${alike} of ${all.length} ${all.length === 1 ? 'rollout' : 'rollouts'} ${alike === 1 ? 'ends' : 'end'} as on record${others.length === 0 ? '' : `; ${others.join(', ')}`}.`;
}
