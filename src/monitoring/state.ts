import type { MonitorSpec } from '../spec/schema.ts';

export type MonitorPolicy = MonitorSpec;

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

/** What one tick saw. Computed by an activity; small. */
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
  /** Each budget of the policy in order: share of the budget spent (1 = all of it), and the counts behind it. */
  readonly budgets: readonly { readonly spent: number; readonly because: string }[];
  /** A release that is really running now, by its id. */
  readonly running: string | null;
  /** The newest ended release. */
  readonly lastRelease: { readonly id: string; readonly outcome: string; readonly endedAt: number } | null;
}

export type TriggerKind = 'schedule' | 'drift' | 'performance' | 'budget' | 'person';

/** An alarm that has been raised and not yet been answered by a promoted release. */
export interface Alarm {
  readonly kind: 'drift' | 'performance' | 'budget';
  readonly raisedAt: number;
  /** The observation's `labels` when the change was first seen. */
  readonly labelsAtChange: number;
  /** The observation's `labels` when the last release on this alarm was started; equals labelsAtChange before the first. */
  readonly labelsAtLastTry: number;
  readonly features: readonly string[];
  readonly because: string;
  readonly tries: number;
}

/** Everything that a monitor carries from tick to tick and through continue-as-new. Plain JSON. */
export interface MonitorState {
  readonly champion: number | null;
  /** Consecutive samples in which a feature drifted, by feature; absent is 0. */
  readonly streaks: Readonly<Record<string, number>>;
  /** Labels seen when the current run of samples with enough drifting features began; null while there is none. */
  readonly labelsAtStreak: number | null;
  /** Consecutive samples in which what the standing alarm says was no longer so. */
  readonly calm: number;
  readonly newest: string | null;
  readonly alarm: Alarm | null;
  /** Wall clock of the last release's end, for the cooldown. */
  readonly lastReleaseEndedAt: number | null;
  readonly paused: boolean;
}

/** What a tick leads to. `because` is a sentence with numbers. */
export interface MonitorDecision {
  readonly state: MonitorState;
  readonly action:
    | { readonly kind: 'none' }
    /** A new alarm: to be recorded once, whatever else happens. */
    | { readonly kind: 'tell'; readonly trigger: TriggerKind }
    | { readonly kind: 'retrain'; readonly trigger: TriggerKind; readonly newAlarm: boolean }
    | { readonly kind: 'rollback'; readonly trigger: TriggerKind };
  readonly because: string;
}
