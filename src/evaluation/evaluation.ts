import type { GateResult, StatedInterval } from './gate-result.ts';
import type { Judgement } from './judge.ts';
import type { OptimizedArtifact, OptimizeResult } from './optimized.ts';
import type { Tuning } from './tune.ts';

/** What was found out of a candidate on rows that it has not learned from; kept as the evidence of the release's decision on its gates. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>;
  /** The champion's metrics on the same rows; null where there is no champion. */
  readonly championMetrics: Readonly<Record<string, number>> | null;
  readonly champion: number | null;
  readonly gates: readonly GateResult[];
  readonly passed: boolean;
  /** A sentence with numbers. */
  readonly because: string;
  readonly rows: number;
  /** Event time of the first held-out row, ISO 8601; null without timestamps. */
  readonly holdoutFrom: string | null;
  /** Told whether a gate asks or not. Evaluations of earlier releases of pawl lack it. */
  readonly reliability?: Judgement['reliability'];
  readonly groups?: Judgement['groups'];
  readonly classes?: Judgement['classes'];
  /** What each of the candidate's metrics may really be; without those that have no interval. Earlier evaluations lack it. */
  readonly intervals?: Readonly<Record<string, StatedInterval>>;
  /** Of the artifact. Earlier evaluations lack it. */
  readonly bytes?: number;
  /** What was learned after the training, inside the graph. */
  readonly tuning?: Tuning;
  /** What ships in the place of the trained artifact: it was optimised, and everything here is said of it. */
  readonly artifact?: OptimizedArtifact;
  /** What came of each step of `training.optimize`. */
  readonly optimized?: readonly OptimizeResult[];
}
