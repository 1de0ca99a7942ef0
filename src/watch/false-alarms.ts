import { type Budgeted, falseAlarmParts } from '../monitoring/false-alarm-budget.ts';
import type { MonitorSpec } from '../spec/monitor-schema.ts';
import { parseDuration } from '../spec/quantities.ts';

/** How long each part of a monitor goes between its false alarms, on average, ms, as its spec states it for all of them. */
export function falseAlarmsOf(monitor: MonitorSpec): Readonly<Record<Budgeted, number>> {
  return falseAlarmParts(monitor, parseDuration(monitor.drift.false_alarms.slice('1 in '.length)) ?? Infinity);
}
