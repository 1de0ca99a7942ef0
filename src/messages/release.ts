import type { DrillEnd, Recovery, Rehearsed, WayBack } from '../rollout/drill.ts';
import type { RolloutPolicy } from '../rollout/state.ts';
import type { TriggerKind } from '../monitoring/state.ts';
import type { SearchPolicy } from '../search/state.ts';

/** Why a release runs. */
export interface Trigger {
  readonly id: string;
  readonly kind: TriggerKind;
  /** A sentence with numbers. */
  readonly because: string;
  readonly by: string;
}

/** The steps that a release may begin with, where a person says so; those before are taken as they were. */
export const startSteps = ['validate', 'train', 'evaluate'] as const;
export type StartStep = (typeof startSteps)[number];

/** What a person may ask of a release beside the release itself. */
export interface ReleaseOptions {
  /** Let a version through although a gate refuses it. Recorded with the version, for ever. */
  readonly overrideGates?: boolean;
  /** Event time as of which the rules about data hold, ISO 8601. */
  readonly asOf?: string;
  /** Shuffles the training labels, to rehearse what a bad version does. Needs overrideGates. */
  readonly shuffleLabels?: boolean;
  /** Begins here: the steps before are taken as they were in the last release, even if what they depend on has changed. */
  readonly from?: StartStep;
  /** Takes nothing from earlier releases. */
  readonly fresh?: boolean;
}

/** The options among whatever else comes with them, without those that nobody set. */
export function releaseOptions({ overrideGates, asOf, shuffleLabels, from, fresh }: ReleaseOptions): ReleaseOptions {
  return {
    ...(overrideGates === undefined ? {} : { overrideGates }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(shuffleLabels === undefined ? {} : { shuffleLabels }),
    ...(from === undefined ? {} : { from }),
    ...(fresh === undefined ? {} : { fresh }),
  };
}

/** What is wrong with options that contradict each other or themselves, a sentence each. */
export function optionMistakes({ overrideGates, asOf, shuffleLabels, from, fresh }: ReleaseOptions): string[] {
  const mistakes: string[] = [];
  if (shuffleLabels && !overrideGates) mistakes.push('`shuffleLabels` makes a bad version; it needs `overrideGates` beside it.');
  if (asOf !== undefined && Number.isNaN(Date.parse(asOf))) mistakes.push(`\`asOf\` is no time: ${asOf}.`);
  if (from === undefined) return mistakes;
  if (!startSteps.includes(from))
    mistakes.push(`\`from\` is one of ${startSteps.join(', ')}; ${from as string} is none of them.`);
  if (fresh) mistakes.push('`fresh` takes nothing from earlier releases, and `from` takes the steps before it.');
  if (asOf !== undefined) mistakes.push('`from` takes the rows as they were, and `asOf` chooses others.');
  if (shuffleLabels && from === 'evaluate') mistakes.push('`shuffleLabels` is for a training, and `from: evaluate` has none.');
  return mistakes;
}

export interface ReleaseInput extends ReleaseOptions {
  readonly model: string;
  readonly trigger: Trigger;
}

/** What a release obeys and goes by, read once when it opens. */
export interface ReleasePlan {
  /** `<model>/<number>` */
  readonly release: string;
  readonly model: string;
  readonly trainer: string;
  readonly approval: 'none' | 'required';
  readonly champion: number | null;
  readonly policy: RolloutPolicy;
  /** Parameters are looked for before the training. */
  readonly search?: SearchPolicy;
  /** It is a drill: what it tells the monitor counts as no release. */
  readonly drill?: true;
}

export type ReleaseOutcome = 'promoted' | 'rejected' | 'rolled_back' | 'failed';

/** What `release --wait --json` prints. `metrics` are the candidate's, on the hold-out. */
export interface ReleaseResult {
  /** `<model>/<number>` */
  readonly release: string;
  readonly outcome: ReleaseOutcome;
  readonly version: number | null;
  readonly because: string;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RolloutInput {
  readonly model: string;
  /** `<model>/<number>` */
  readonly release: string;
  readonly version: number;
  /** The champion to beat; null for a model's first version. */
  readonly champion: number | null;
  readonly policy: RolloutPolicy;
  /** A drill: `version` is a copy of the champion, and rolled back where another would be promoted. */
  readonly drill?: true;
}

export interface RolloutResult {
  readonly outcome: 'promoted' | 'rolled_back';
  readonly because: string;
  /** Of a drill. */
  readonly rehearsed?: Rehearsed;
}

export interface DrillInput {
  readonly model: string;
  readonly trigger: Trigger;
}

/** What `drill --wait --json` prints. */
export interface DrillResult {
  /** `<model>/<number>` */
  readonly drill: string;
  readonly champion: number;
  /** The champion's copy; null where it came to none. */
  readonly version: number | null;
  readonly ended: DrillEnd;
  readonly rule: string | null;
  readonly because: string;
  readonly recovery: Recovery | null;
  readonly waysBack: readonly WayBack[];
}
