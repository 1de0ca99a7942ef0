import type { ReleaseOutcome } from '../src/messages/release.ts';

/** What is noted for one receiver as activities begin and end. */
export interface Notes {
  before(activity: string, given: unknown): Promise<void>;
  after(activity: string, given: unknown, output: unknown): Promise<void>;
}

/** What the activity that closes a release is given. */
export interface Closing {
  readonly release: string;
  readonly model: string;
  readonly outcome: ReleaseOutcome;
  readonly version: number | null;
  readonly because: string;
}
