import type { RolloutPolicy } from '../rollout/state.ts';
import type { TriggerKind } from '../monitoring/state.ts';

/** Why a release runs. */
export interface Trigger {
  readonly id: string;
  readonly kind: TriggerKind;
  /** A sentence with numbers. */
  readonly because: string;
  readonly by: string;
}

export interface ReleaseInput {
  readonly model: string;
  readonly trigger: Trigger;
  readonly overrideGates?: boolean;
  readonly asOf?: string;
  readonly shuffleLabels?: boolean;
}

/** What a release obeys and goes by, read once when it opens. */
export interface ReleasePlan {
  /** `<model>/<number>` */
  readonly release: string;
  readonly number: number;
  readonly model: string;
  readonly owner: string;
  readonly trainer: string;
  readonly approval: 'none' | 'required';
  readonly champion: number | null;
  readonly policy: RolloutPolicy;
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
}

export interface RolloutResult {
  readonly outcome: 'promoted' | 'rolled_back';
  readonly because: string;
}
