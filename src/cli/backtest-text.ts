import type { Backtest } from '../backtest/backtest.ts';
import { type AlarmComparison, alarmsInWords, saidAction } from '../backtest/compare-alarms.ts';
import { type RolloutComparison, type RolloutEnd, rolloutsInWords } from '../backtest/compare-rollouts.ts';
import { inWords } from '../stats/wording.ts';
import { table, when } from './output.ts';

/** Two tables, why what differs does, and what it comes to in a line. */
export function backtestText({ rollouts, alarms, limits }: Backtest): string {
  return [
    ...(rollouts.length === 0 ? [] : [rolloutTable(rollouts)]),
    ...(alarms.length === 0 ? [] : [alarmTable(alarms)]),
    ...reasons(rollouts, alarms),
    ...(limits.length === 0 ? [] : [limits.join('\n')]),
    `${rolloutsInWords(rollouts)} ${alarmsInWords(alarms)}`,
  ].join('\n\n');
}

function rolloutTable(rollouts: readonly RolloutComparison[]): string {
  return table(
    ['rollout', 'began', 'on record', 'under the policy', 'requests it answered', 'what differs'],
    rollouts.map(({ release, version, begunAt, recorded, replayed, differs }) => [
      `${release} v${version}`,
      when(begunAt),
      endText(recorded),
      endText(replayed),
      exposedText(recorded, replayed),
      differs ?? '',
    ]),
  );
}

function endText({ outcome, where, at }: RolloutEnd): string {
  const what = outcome === 'rolled_back' ? 'rolled back' : outcome;
  return `${what} at ${where}, ${when(at)}`;
}

/** Of callers, by the end. */
function exposedText(recorded: RolloutEnd, replayed: RolloutEnd): string {
  const was = inWords(recorded.exposed);
  return replayed.exposed === recorded.exposed ? was : `${was}, policy ${inWords(replayed.exposed)}`;
}

function alarmTable(alarms: readonly AlarmComparison[]): string {
  return table(
    ['alarm', 'on record', 'under the policy', 'what differs'],
    alarms.map(({ kind, recorded, replayed, differs }) => [kind, alarmText(recorded), alarmText(replayed), differs ?? '']),
  );
}

function alarmText(alarm: AlarmComparison['recorded'] | AlarmComparison['replayed']): string {
  if (alarm === null) return '';
  const said = alarm.action === 'stop' ? 'stops the trial' : saidAction[alarm.action];
  return `${said}, ${when(alarm.at)}`;
}

/** Why the policy decides otherwise: at most so many of the alarms, a sentence each. */
const mostReasons = 20;

function reasons(rollouts: readonly RolloutComparison[], alarms: readonly AlarmComparison[]): string[] {
  const ofRollouts = rollouts.flatMap(({ release, differs, replayed }) =>
    differs === null ? [] : [`${release}: ${replayed.because}`],
  );
  const ofAlarms = alarms.flatMap(({ kind, differs, recorded, replayed }) => {
    const alarm = replayed ?? recorded;
    return differs === null || alarm === null ? [] : [`${when(alarm.at)} ${kind}, ${differs}: ${alarm.because}`];
  });
  const left = ofAlarms.length - mostReasons;
  const lines = [
    ...ofRollouts,
    ...ofAlarms.slice(0, mostReasons),
    ...(left > 0 ? [`${inWords(left)} more: --json has them all`] : []),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** The stable shape of `pawl backtest --json`. Times are ISO 8601. */
export function backtestValue({ rollouts, alarms, ...rest }: Backtest) {
  return {
    ...rest,
    rollouts: rollouts.map(({ begunAt, lookEvery, recorded, replayed, decisions, ...others }) => ({
      ...others,
      begunAt: iso(begunAt),
      lookEveryMs: lookEvery,
      recorded: timed(recorded),
      replayed: { ...timed(replayed), decisions: decisions.map(timed) },
    })),
    alarms: alarms.map(({ recorded, replayed, ...others }) => ({
      ...others,
      recorded: recorded === null ? null : timed(recorded),
      replayed: replayed === null ? null : timed(replayed),
    })),
  };
}

const timed = <T extends { readonly at: number }>({ at, ...rest }: T) => ({ ...rest, at: iso(at) });
const iso = (ms: number) => new Date(ms).toISOString();
