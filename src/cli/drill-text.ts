import type { DrillResult } from '../messages/release.ts';
import type { DrillRecord } from '../registry/drills.ts';
import { isSound } from '../rollout/drill.ts';
import { counted, lasting, percent } from '../stats/wording.ts';
import { wilsonInterval } from '../stats/wilson.ts';
import { exitCodes, table, when } from './output.ts';

/** A drill as `--json` prints it; null where what it has shown is not known yet. */
export function drillValue({ release, beganAt, endedAt, ...drill }: DrillRecord) {
  return { drill: release, ...drill, beganAt: beganAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
}

/** 0 where all was as it should be, 3 where the policy or a way back failed, 1 where the drill came to no end of its own. */
export function drillExit(drill: Pick<DrillRecord, 'ended' | 'waysBack'>): number {
  const { ended, waysBack } = drill;
  if (ended === null || ended === 'failed' || ended === 'interrupted') return exitCodes.failed;
  return isSound({ ended, waysBack }) ? exitCodes.done : exitCodes.refused;
}

/** All drills of a model, and what they say of its policy. @param allowed `release.false_rollbacks` */
export function drillsText(model: string, drills: readonly DrillRecord[], allowed: number): string {
  if (drills.length === 0) return `${model} has had no drill yet: pawl drill ${model}.`;
  const rows = drills.map(({ release, beganAt, champion, ended, rule, recovery, waysBack }) => [
    release,
    when(beganAt),
    `v${champion}`,
    ended === null ? 'runs' : `${ended.replaceAll('_', ' ')}${rule === null ? '' : ` (${rule})`}`,
    recovery === null ? '' : recovery.tookMs === null ? 'not all followed' : lasting(recovery.tookMs),
    waysBack.map(({ version, loads }) => `v${version} ${loads ? 'loads' : 'BROKEN'}`).join(', '),
  ]);
  return [table(['drill', 'began', 'champion', 'ended', 'recovered in', 'ways back'], rows), ...judgedText(drills, allowed)].join(
    '\n',
  );
}

/** False alarms among the drills that the policy has judged, with their 95 % interval. */
function judgedText(drills: readonly DrillRecord[], allowed: number): string[] {
  const judged = drills.filter(({ ended }) => ended === 'as_planned' || ended === 'false_alarm');
  const wrong = judged.filter(({ ended }) => ended === 'false_alarm').length;
  if (judged.length === 0) return [];
  const { low, high } = wilsonInterval(wrong, judged.length, 1.96);
  return [
    `${counted(wrong, 'false alarm')} in ${counted(judged.length, 'drill')}: ${percent(wrong / judged.length)} (95 % interval: ${percent(low)} to ${percent(high)}), where \`release.false_rollbacks\` allows ${percent(allowed)}.`,
  ];
}

/** A drill that has ended, in a sentence or two. */
export function drillText({ drill, ended, because }: Pick<DrillResult, 'drill' | 'ended' | 'because'>): string {
  return `${drill} ended ${ended.replaceAll('_', ' ')}: ${because}`;
}
