import { CancellationScope, ChildWorkflowCancellationType, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ChildWorkflowHandle } from '@temporalio/workflow';
import { workflowId } from '../src/messages/names.ts';
import type { Operator } from '../src/messages/operator.ts';
import type { ReleaseResult, RolloutInput, RolloutResult } from '../src/messages/release.ts';
import { quick } from './activities.ts';
import { Inbox } from './inbox.ts';
import { operatorSignal } from './messages.ts';
import type { rollout } from './rollout.ts';
import type { Story } from './visibility.ts';

/**
 * Where people's words reach a release. Before the rollout a `rollback` ends the release at once, whatever it is doing;
 * during the rollout every word goes on to it. `approve` and `reject` are for the approval.
 */
export class ReleaseDesk {
  readonly #inbox = new Inbox(['promote', 'rollback', 'pause', 'resume', 'approve', 'reject']);
  readonly #scope = new CancellationScope({ cancellable: true });
  readonly #story: Story;
  #rollout: ChildWorkflowHandle<typeof rollout> | null = null;
  #verdict: ((operator: Operator) => void) | null = null;
  /** The rollback that ended the release, for its closing sentence. */
  withdrawnBy: Operator | null = null;

  constructor(story: Story) {
    this.#story = story;
    this.#inbox.onArrival(() => this.#serve());
  }

  /** Runs the pass; a rollback before the rollout cancels it. */
  unlessWithdrawn<T>(pass: () => Promise<T>): Promise<T> {
    return this.#scope.run(() => {
      this.#serve();
      return pass();
    });
  }

  /** The next approve or reject. */
  async verdict(): Promise<Operator> {
    const word = new Promise<Operator>((resolve) => {
      this.#verdict = resolve;
      this.#serve();
    });
    // A bare promise knows nothing of its scope: without this a rollback would wait for the approval too.
    const withdrawn: Promise<never> = CancellationScope.current().cancelRequested;
    return Promise.race([word, withdrawn]);
  }

  /** The rollout as a child: cancelled with the release, also when the release is terminated. */
  async rollOut(input: RolloutInput): Promise<RolloutResult> {
    this.#rollout = await startChild<typeof rollout>('rollout', {
      workflowId: workflowId.rollout(input.model),
      args: [input],
      staticSummary: `${input.model} v${input.version} of ${input.release}: shadow, ramp, bake`,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
    this.#serve();
    try {
      return await this.#rollout.result();
    } finally {
      this.#rollout = null;
    }
  }

  /** Requests that came too late still get an answer. */
  async answerTheRest(result: Pick<ReleaseResult, 'release' | 'outcome' | 'because'>): Promise<void> {
    if (this.withdrawnBy !== null) {
      await quick.finishOperation({
        requestId: this.withdrawnBy.requestId,
        because: `${result.release} is withdrawn: ${result.because}`,
        release: result.release,
      });
    }
    for (let late = this.#inbox.take(); late !== null; late = this.#inbox.take()) {
      await quick.finishOperation({
        requestId: late.requestId,
        because: `Too late: ${result.release} ended ${result.outcome}: ${result.because}`,
        release: result.release,
      });
    }
  }

  #serve(): void {
    const later: Operator[] = [];
    for (let operator = this.#inbox.take(); operator !== null; operator = this.#inbox.take()) {
      if (!this.#handle(operator)) later.push(operator);
    }
    this.#inbox.putBack(later);
  }

  /** True when the word has found its place. */
  #handle(operator: Operator): boolean {
    if (operator.action === 'approve' || operator.action === 'reject') {
      if (this.#verdict === null) return false;
      const resolve = this.#verdict;
      this.#verdict = null;
      resolve(operator);
      return true;
    }
    if (this.#rollout !== null) {
      void this.#rollout.signal(operatorSignal, operator).catch(() => {
        // The rollout has just ended; the release answers when it closes.
        this.#inbox.putBack([operator]);
      });
      return true;
    }
    if (operator.action === 'rollback') {
      this.withdrawnBy = operator;
      this.#story.tell(`${operator.by} withdrew the release: ${operator.reason}`);
      this.#scope.cancel();
      return true;
    }
    if (operator.action === 'promote') {
      void quick.finishOperation({
        requestId: operator.requestId,
        because: 'Not done: the release has no version on trial yet.',
      });
      return true;
    }
    return false;
  }
}
