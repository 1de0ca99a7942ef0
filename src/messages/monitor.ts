import type { MonitorPolicy, MonitorState } from '../monitoring/state.ts';
import type { ReleaseOptions, ReleaseOutcome, Trigger } from './release.ts';

/** Signals between pawl's own workflows; people have no use for them. */
export const internalSignals = {
  trigger: 'trigger',
  specApplied: 'specApplied',
  releaseOpened: 'releaseOpened',
  releaseEnded: 'releaseEnded',
} as const;

export interface ReleaseOpened {
  readonly release: string;
  readonly triggerId: string;
  readonly by: string;
  /** It is a drill, which gives way to everything that is none. */
  readonly drill?: true;
}

export interface ReleaseEnded {
  readonly release: string;
  readonly outcome: ReleaseOutcome;
  readonly because: string;
  /** The champion after it. */
  readonly champion: number | null;
  /** ms since 1970. */
  readonly endedAt: number;
  readonly drill?: true;
}

/** A trigger that waits for its release, with what the person asked for beside it. */
export interface PendingTrigger extends Trigger, ReleaseOptions {}

/** What a monitor hands to its next run when it continues as new. Absent at its first start. */
export interface MonitorCarry {
  readonly state: MonitorState;
  readonly pending: PendingTrigger | null;
  readonly running: ReleaseOpened | null;
  readonly recent: readonly TimelineEntry[];
}

export interface MonitorInput {
  readonly model: string;
  readonly carry?: MonitorCarry;
}

export interface TimelineEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly because: string;
}

/** The answer to the query `status` of a monitor. */
export interface MonitorStatus {
  readonly model: string;
  readonly champion: number | null;
  readonly paused: boolean;
  readonly alarms: MonitorState['alarms'];
  readonly pending: PendingTrigger | null;
  readonly running: ReleaseOpened | null;
  readonly policy: MonitorPolicy;
}
