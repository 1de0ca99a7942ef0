import type { OperatorAction } from './names.ts';
import type { ReleaseOptions } from './release.ts';

/** What a person says with a signal or an update. From the Temporal UI every field may be missing; the options are for `retrain`. */
export interface OperatorRequest extends ReleaseOptions {
  readonly by?: string;
  readonly reason?: string;
  /** Makes a repeated request one request. */
  readonly requestId?: string;
}

/** The same with every field there, as it is recorded. */
export interface Operator extends OperatorRequest {
  readonly action: OperatorAction;
  readonly by: string;
  readonly reason: string;
  readonly requestId: string;
}

/** The answer to an update: given once it is done, for traffic once the revision is written. */
export interface OperatorAnswer {
  readonly action: OperatorAction;
  readonly because: string;
  /** The traffic revision that carries it out, where there is one. */
  readonly revision?: number;
  /** The release that was started, `<model>/<number>`, where one was. */
  readonly release?: string;
}
