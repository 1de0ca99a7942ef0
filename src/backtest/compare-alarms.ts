import type { RecordedAlarm } from '../registry/recorded-releases.ts';
import { lasting } from '../stats/wording.ts';
import { isSameLook, type ReplayedAlarm } from './replay-monitor.ts';

/** An alarm on record beside that of another policy; one of them may be missing. */
export interface AlarmComparison {
  readonly kind: RecordedAlarm['kind'];
  readonly recorded: RecordedAlarm | null;
  readonly replayed: ReplayedAlarm | null;
  /** In words; null where both say the same at the same look. */
  readonly differs: string | null;
}

/** Alarms of one kind with one answer belong together where they are nearer to each other than this, in looks; so far they only differ in time. */
const nearLooks = 20;

/**
 * Puts alarms of two policies beside each other: those of one kind that are of one moment, and of what is left those that lead to
 * the same and are not far apart.
 * @param every ms between two looks
 */
export function compareAlarms(
  recorded: readonly RecordedAlarm[],
  replayed: readonly ReplayedAlarm[],
  every: number,
): AlarmComparison[] {
  const left = [...recorded];
  const partners = new Map<ReplayedAlarm, RecordedAlarm>();
  const pair = (belongs: (one: RecordedAlarm, other: ReplayedAlarm) => boolean) => {
    for (const alarm of replayed) {
      if (partners.has(alarm)) continue;
      const place = left.findIndex((one) => one.kind === alarm.kind && belongs(one, alarm));
      const [partner] = place < 0 ? [] : left.splice(place, 1);
      if (partner !== undefined) partners.set(alarm, partner);
    }
  };
  const leadsToTheSame = (one: RecordedAlarm, other: ReplayedAlarm) => answerOf(one.action) === answerOf(other.action);
  pair((one, other) => leadsToTheSame(one, other) && isSameLook(one.at, other.at, every));
  pair((one, other) => isSameLook(one.at, other.at, every));
  pair((one, other) => leadsToTheSame(one, other) && Math.abs(one.at - other.at) <= nearLooks * every);
  const both = replayed.map((alarm): AlarmComparison => {
    const partner = partners.get(alarm) ?? null;
    return { kind: alarm.kind, recorded: partner, replayed: alarm, differs: difference(partner, alarm, every) };
  });
  const missing = left.map((alarm): AlarmComparison => {
    return { kind: alarm.kind, recorded: alarm, replayed: null, differs: 'not under the policy' };
  });
  return [...both, ...missing].toSorted((a, b) => timeOf(a) - timeOf(b));
}

function difference(recorded: RecordedAlarm | null, replayed: ReplayedAlarm, every: number): string | null {
  if (recorded === null) return 'not on record';
  const [was, is] = [answerOf(recorded.action), answerOf(replayed.action)];
  const parts = [
    ...(was === is ? [] : [`${saidAction[is]}, and ${saidAction[was]} on record`]),
    ...(isSameLook(recorded.at, replayed.at, every)
      ? []
      : [`${lasting(Math.abs(replayed.at - recorded.at))} ${replayed.at < recorded.at ? 'sooner' : 'later'}`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

/** The record does not tell a trial that was stopped from a champion that was rolled back. */
const answerOf = (action: ReplayedAlarm['action']) => (action === 'stop' ? 'rollback' : action);
export const saidAction = { tell: 'told', retrain: 'retrains', rollback: 'rolls back' } as const;
const timeOf = ({ recorded, replayed }: AlarmComparison) => replayed?.at ?? recorded?.at ?? 0;

/** `4 of 6 alarms are as on record; 1 not on record, 1 not under the policy; retrains: 2 on record, 1 under the policy.` */
export function alarmsInWords(all: readonly AlarmComparison[]): string {
  if (all.length === 0) return 'The monitor raised no alarm, and would raise none.';
  const alike = all.filter(({ differs }) => differs === null).length;
  const added = all.filter(({ recorded }) => recorded === null).length;
  const missing = all.filter(({ replayed }) => replayed === null).length;
  const others = all.length - alike - added - missing;
  const parts = [
    ...(added === 0 ? [] : [`${added} not on record`]),
    ...(missing === 0 ? [] : [`${missing} not under the policy`]),
    ...(others === 0 ? [] : [`${others} at another time or with another answer`]),
  ];
  const retrains = (of: 'recorded' | 'replayed') => all.filter((one) => one[of]?.action === 'retrain').length;
  const trained = `retrains: ${retrains('recorded')} on record, ${retrains('replayed')} under the policy`;
  return `${alike} of ${all.length} ${all.length === 1 ? 'alarm' : 'alarms'} ${alike === 1 ? 'is' : 'are'} as on record${parts.length === 0 ? '' : `; ${parts.join(', ')}`}; ${trained}.`;
}
