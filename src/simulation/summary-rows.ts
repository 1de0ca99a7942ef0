import { inWords, lasting, percent } from '../stats/wording.ts';
import type { Characteristics, Spread } from './characteristics.ts';
import type { DriftCharacteristics } from './drift-characteristics.ts';

/** How results are told, in tables and on the chart: cells as people read them. */
type Row = readonly string[];

export const rolloutHead = [
  'version on trial',
  'rolled back',
  '95 %',
  'promoted',
  'undecided',
  'found after',
  'mostly by',
  'requests by then',
  'callers by then',
  'promoted after',
] as const;

export function rolloutRow(of: Characteristics): Row {
  const { found, promotedAfter, places, interval } = of;
  return [
    of.scenario.name,
    share(of.rolledBack, of.rollouts),
    `${percent(interval.low)} to ${percent(interval.high)}`,
    share(of.promoted, of.rollouts),
    share(of.undecided, of.rollouts),
    found === null ? '' : spread(found.after, lasting),
    mostOf(places),
    found === null ? '' : spread(found.requests, inWords),
    found === null ? '' : spread(found.callers, inWords),
    promotedAfter === null ? '' : spread(promotedAfter, lasting),
  ];
}

export const driftHead = ['feature', 'importance', 'shift', 'found after', 'in rows', 'not found'] as const;

export function driftRows({ delays }: DriftCharacteristics): Row[] {
  return delays.map(({ feature, importance, shift, after, rows, missed, streams }) => [
    feature,
    percent(importance),
    `${shift} sd`,
    streams === 0 ? '' : spread(after, lasting),
    streams === 0 ? '' : spread(rows, inWords),
    missed === 0 ? '' : `${missed} of ${streams}`,
  ]);
}

/** `1.6 false alarms a year (1.1 to 2.2), where 4.1 are stated` */
export function falseAlarmSentence({ falseAlarms }: DriftCharacteristics): string {
  const { aYear, interval, statedAYear } = falseAlarms;
  const said = (count: number) => (count < 0.1 && count > 0 ? 'less than 0.1' : String(Number(count.toFixed(1))));
  return `${said(aYear)} false alarms a year (${said(interval.low)} to ${said(interval.high)}), where ${said(statedAYear)} are stated`;
}

/** Median, and the 90th percentile where it is another. */
function spread({ median, p90 }: Spread, say: (value: number) => string): string {
  return say(median) === say(p90) ? say(median) : `${say(median)} (${say(p90)})`;
}

function mostOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

const share = (count: number, of: number) => percent(count / of);
