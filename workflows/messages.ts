import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { MonitorStatus, ReleaseEnded, ReleaseOpened, PendingTrigger, TimelineEntry } from '../src/messages/monitor.ts';
import { internalSignals } from '../src/messages/monitor.ts';
import type { OperatorAction } from '../src/messages/names.ts';
import { queryNames, signalNames, updateName } from '../src/messages/names.ts';
import type { Operator, OperatorAnswer, OperatorRequest } from '../src/messages/operator.ts';

type Signal = ReturnType<typeof defineSignal<[OperatorRequest?]>>;
type Update = ReturnType<typeof defineUpdate<OperatorAnswer, [OperatorRequest]>>;

export const operatorSignals = Object.fromEntries(
  signalNames.map((name) => [name, defineSignal<[OperatorRequest?]>(name)]),
) as Record<OperatorAction, Signal>;
export const operatorUpdates = Object.fromEntries(
  signalNames.map((name) => [name, defineUpdate<OperatorAnswer, [OperatorRequest]>(updateName(name))]),
) as Record<OperatorAction, Update>;

/** From a monitor to the release, and from a release to its rollout: a request that is already on record. */
export const operatorSignal = defineSignal<[Operator]>('operator');

export const triggerSignal = defineSignal<[PendingTrigger]>(internalSignals.trigger);
export const specAppliedSignal = defineSignal(internalSignals.specApplied);
export const releaseOpenedSignal = defineSignal<[ReleaseOpened]>(internalSignals.releaseOpened);
export const releaseEndedSignal = defineSignal<[ReleaseEnded]>(internalSignals.releaseEnded);

export const statusQuery = defineQuery<MonitorStatus>(queryNames.status);
export const timelineQuery = defineQuery<readonly TimelineEntry[]>(queryNames.timeline);
