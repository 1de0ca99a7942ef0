import type { LeashedProcess } from '../../../infra/processes/leashed.ts';
import type { BenchModel } from '../model/train.ts';

export type TargetName = 'pawl' | 'bare handler' | 'FastAPI' | 'MLServer';

/** What a target is started with. */
export interface Workshop {
  /** A folder for files of this run. */
  readonly directory: string;
  readonly models: readonly [champion: BenchModel, challenger: BenchModel];
  /** The rows of the requests, of each a value for every column. */
  readonly rows: readonly (readonly number[])[];
}

/** A server that is up and answers. */
export interface Target {
  readonly name: TargetName;
  readonly port: number;
  /** Its PreparedRequests, one for each row of the workshop. */
  readonly requestsFile: string;
  /** A header whose values are counted; null: none. */
  readonly countBy: string | null;
  readonly process: LeashedProcess;
  /** Where the score stands in an answer's body. */
  scoreIn(body: unknown): number | undefined;
}
