import type { MonitorSpec } from '../spec/monitor-schema.ts';
import type { MonitorMemory } from './memory.ts';

type Later = 'preset' | 'drift' | 'performance' | 'retrains_a_week' | 'late_labels';

/** What pawl.yaml says. Keys that came later are absent where a running monitor has read its policy before there were any. */
export type MonitorPolicy = Omit<MonitorSpec, Later> &
  Partial<Pick<MonitorSpec, 'preset' | 'retrains_a_week' | 'late_labels'>> & {
    readonly drift: Omit<MonitorSpec['drift'], 'by'> & Partial<Pick<MonitorSpec['drift'], 'by'>>;
    readonly performance: Omit<MonitorSpec['performance'], 'detector' | 'estimate'> &
      Partial<Pick<MonitorSpec['performance'], 'detector' | 'estimate'>>;
  };

/** One feature of the recent predictions against the recent accepted rows. */
export interface FeatureShift {
  readonly feature: string;
  readonly psi: number;
  /** Numbers only: mean of the reference and of the sample, and |difference| / max(|reference mean|, reference sd). */
  readonly referenceMean: number | null;
  readonly sampleMean: number | null;
  readonly meanShift: number | null;
  /**
   * The largest PSI and mean shift between the reference and any earlier stretch of the accepted rows that is as long as the
   * sample: how far this feature wanders by itself, with the seasons or the weekdays. 0 where there are no earlier rows.
   */
  readonly usualPsi: number;
  readonly usualMeanShift: number;
}

/** A budget of the policy: what is spent of it, and how fast. */
export interface BudgetReading {
  /** 1 is all of it. */
  readonly spent: number;
  /** The counts behind it; or, while it burns, those behind that. */
  readonly because: string;
  /** Absent or null while no burn rate is reached. */
  readonly burning?: { readonly rate: number; readonly urgent: boolean } | null;
  /** What it counts: `service` is failed and slow requests, `labels` wrong answers. Absent: service. */
  readonly of?: 'service' | 'labels';
}

/** Something that stands out at one tick. `because` is a sentence with numbers. */
export interface Finding {
  readonly because: string;
  readonly features: readonly string[];
  /** Labels there were when it began, where that is known; else those of the tick count. */
  readonly labelsAtChange?: number;
}

/** What one tick saw. Computed by an activity; small. What came later is optional: histories of before lack it. */
export interface Observation {
  /** Wall clock, ms. */
  readonly at: number;
  readonly champion: number | null;
  /** Predictions in the sample; below the policy's minimum `shifts` is empty. */
  readonly sampled: number;
  /** Identity of the newest prediction in the sample, so that a sample without new rows is not counted twice. */
  readonly newest: string | null;
  readonly shifts: readonly FeatureShift[];
  /** Labelled predictions of the champion, all time, in arrival order: a counter that only grows. */
  readonly labels: number;
  /** Label metrics of the champion over its last labelled sample; empty below the minimum. */
  readonly live: Readonly<Record<string, number>>;
  /** The same metrics at its evaluation. */
  readonly baseline: Readonly<Record<string, number>>;
  /** Each budget of the policy in order. */
  readonly budgets: readonly BudgetReading[];
  /** A release that is really running now, by its id. */
  readonly running: string | null;
  /** The release that runs has a version on trial. */
  readonly onTrial?: boolean;
  /** The release that runs is a drill, which gives way. */
  readonly drill?: boolean;
  /** The newest ended release. */
  readonly lastRelease: { readonly id: string; readonly outcome: string; readonly endedAt: number } | null;
  /** What the detectors carry on to the next tick. */
  readonly memory?: MonitorMemory;
  /** What the drift detectors alarm for; null where they did not look. */
  readonly drift?: Finding | null;
  /** Faults of the data: missing and new values, values outside the contract; null where there is none. */
  readonly quality?: Finding | null;
  /** The detector on labelled losses alarms. */
  readonly performance?: Finding | null;
  /** Performance without labels: the estimate is below what is allowed, its whole interval is. */
  readonly estimate?: Finding | null;
  /** The metrics that are expected of the champion's newest answers, from the answers alone; absent where they cannot be told. */
  readonly estimated?: Readonly<Record<string, number>>;
  /** Labels that came after the champion's promotion say that the one before was better. */
  readonly truth?: Finding | null;
  /** Releases that were begun in the last seven days. */
  readonly releasesThisWeek?: number;
  /** The month's cost budget: null or absent where none is stated. In the currency of `monthly`. */
  readonly cost?: { readonly spent: number; readonly next: number; readonly monthly: number; readonly currency: string } | null;
}

export type TriggerKind = 'schedule' | 'drift' | 'performance' | 'budget' | 'person';

/**
 * What an alarm is about. `quality`: the data is faulty. `performance` and `estimate`: the label metric, with labels and without.
 * `service` and `labels`: a budget of failed or slow requests, or of wrong answers. `truth`: a promotion, reopened.
 */
export type AlarmKind = 'drift' | 'quality' | 'performance' | 'estimate' | 'service' | 'labels' | 'truth';

/** An alarm that has been raised and not yet been answered by a promoted release. */
export interface Alarm {
  readonly kind: AlarmKind;
  readonly raisedAt: number;
  /** The observation's `labels` when the change was first seen. */
  readonly labelsAtChange: number;
  /** The observation's `labels` when the last release on this alarm was started; equals labelsAtChange before the first. */
  readonly labelsAtLastTry: number;
  readonly features: readonly string[];
  readonly because: string;
  readonly tries: number;
  /** Consecutive samples in which what it says was no longer so. */
  readonly calm: number;
  /** Of a budget: it burnt fast at the last tick. */
  readonly urgent?: boolean;
  /** The release that had a version on trial when that began: what came with a trial may be of the trial. */
  readonly trial?: string;
  /** The trial that was stopped for it. */
  readonly stopped?: string;
}

/** A standing alarm as people are told of it. */
export interface StandingAlarm {
  readonly kind: AlarmKind;
  /** Wall clock, ms. */
  readonly raisedAt: number;
  /** What it says, and what follows from it or what that waits for. */
  readonly because: string;
}

/** Everything that a monitor carries from tick to tick and through continue-as-new. Plain JSON. */
export interface MonitorState {
  readonly champion: number | null;
  /** Consecutive samples in which a feature drifted, by feature; absent is 0. For thresholds. */
  readonly streaks: Readonly<Record<string, number>>;
  /** Labels seen when the current run of samples with enough drifting features began; null while there is none. */
  readonly labelsAtStreak: number | null;
  readonly newest: string | null;
  /** At most one of each kind, in the order in which they were raised. */
  readonly alarms: readonly Alarm[];
  /** Wall clock of the last release's end, for the cooldown. */
  readonly lastReleaseEndedAt: number | null;
  readonly paused: boolean;
  /** What the detectors carry; null before the first look. */
  readonly memory: MonitorMemory | null;
}

/** What a tick leads to. `because` is a sentence with numbers. */
export interface MonitorDecision {
  readonly state: MonitorState;
  readonly action:
    | { readonly kind: 'none' }
    /** A new alarm: to be recorded once, whatever else happens. */
    | { readonly kind: 'tell'; readonly trigger: TriggerKind }
    | { readonly kind: 'retrain'; readonly trigger: TriggerKind; readonly alarm: AlarmKind }
    /** The champion before this one leads again. */
    | { readonly kind: 'rollback'; readonly trigger: TriggerKind }
    /** The version on trial is rolled back. */
    | { readonly kind: 'stop'; readonly trigger: TriggerKind };
  readonly because: string;
  /** Alarms raised at this tick that the action is not about: to be recorded as well. */
  readonly told: readonly { readonly trigger: TriggerKind; readonly because: string }[];
  /** Alarms that are over. */
  readonly over: readonly string[];
  /** Alarms that stand, in the order in which they were raised. */
  readonly standing: readonly StandingAlarm[];
}
