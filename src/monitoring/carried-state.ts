import { initialMonitorState } from './decide-monitor.ts';
import type { Alarm, AlarmKind, MonitorState } from './state.ts';

/** A state from before a monitor could stand under several alarms. */
type StateWithOneAlarm = Omit<MonitorState, 'alarms' | 'memory'> & {
  readonly calm: number;
  readonly alarm: (Omit<Alarm, 'kind' | 'calm'> & { readonly kind: 'drift' | 'performance' | 'budget' }) | null;
};

/** What a run of a monitor hands to its next one, whichever release of pawl wrote it; a fresh state at the first start. */
export function carriedState(carried: MonitorState | StateWithOneAlarm | undefined): MonitorState {
  if (carried === undefined) return initialMonitorState();
  if ('alarms' in carried) return carried;
  const { alarm, calm, ...rest } = carried;
  const kind: AlarmKind = alarm?.kind === 'budget' ? 'service' : (alarm?.kind ?? 'drift');
  return { ...rest, alarms: alarm === null ? [] : [{ ...alarm, kind, calm }], memory: null };
}
