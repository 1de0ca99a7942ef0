import { allHandlersFinished, condition, continueAsNew, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MonitorInput } from '../src/messages/monitor.ts';
import { quick } from './activities.ts';
import { MonitorDesk } from './monitor-desk.ts';
import { specAppliedSignal, statusQuery, timelineQuery } from './messages.ts';
import { label } from './visibility.ts';
import { Watch } from './watch.ts';

/**
 * Lives as long as its model and owns its triggers: ticks, schedules and people all come to it. It keeps at most one trigger
 * pending and starts each release as a child that outlives it.
 */
export async function monitor(input: MonitorInput): Promise<void> {
  label({ model: input.model });
  let { policy } = await quick.monitorPolicy({ model: input.model });
  let applied = false;
  // Of the whole run: one that began before alarms were on record goes on without until it continues as new.
  const watch = new Watch(input, { alarmsOnRecord: patched('alarms on record') });
  new MonitorDesk(watch).open();
  setHandler(specAppliedSignal, () => {
    applied = true;
  });
  setHandler(statusQuery, () => watch.status(policy));
  setHandler(timelineQuery, () => watch.recent);

  for (;;) {
    const woken = await condition(
      () => applied || watch.canStart(policy) || watch.isDrillInTheWay(policy) || watch.hasAlarmsToRecord,
      policy.every,
    );
    if (applied) {
      applied = false;
      ({ policy } = await quick.monitorPolicy({ model: input.model }));
    }
    if (!woken) await watch.tick(policy);
    if (watch.hasAlarmsToRecord) await watch.recordAlarms();
    if (watch.isDrillInTheWay(policy)) await watch.endDrill('a release is due');
    if (watch.canStart(policy)) await watch.startRelease();
    if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > 5000) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof monitor>({ model: input.model, carry: watch.carry() });
    }
  }
}
