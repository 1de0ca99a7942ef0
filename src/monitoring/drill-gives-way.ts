import { decideMonitor } from './decide-monitor.ts';
import type { MonitorPolicy, MonitorState, Observation } from './state.ts';

/**
 * Why a drill that runs gives way at a tick: an alarm is raised, or would be answered if nothing ran. Null where nothing is in its
 * way, where none runs, and where the tick stops it in any case. Pure.
 */
export function drillGivesWay(before: MonitorState, observation: Observation, policy: MonitorPolicy): string | null {
  if (observation.drill !== true) return null;
  const { action, because } = decideMonitor(before, observation, policy);
  if (action.kind !== 'none') return action.kind === 'stop' ? null : because;
  const alone = decideMonitor(before, { ...observation, running: null, onTrial: false }, policy);
  return alone.action.kind === 'none' ? null : alone.because;
}
