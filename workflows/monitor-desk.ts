import { ApplicationFailure, condition, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import type { OperatorAction } from '../src/messages/names.ts';
import { signalNames, workflowId } from '../src/messages/names.ts';
import type { Operator, OperatorAnswer, OperatorRequest } from '../src/messages/operator.ts';
import { optionMistakes, releaseOptions } from '../src/messages/release.ts';
import { long, quick } from './activities.ts';
import { toOperator } from './inbox.ts';
import {
  operatorSignal,
  operatorSignals,
  operatorUpdates,
  releaseEndedSignal,
  releaseOpenedSignal,
  triggerSignal,
} from './messages.ts';
import type { Watch } from './watch.ts';

/**
 * Where people reach a model: each action as a signal (from the Temporal UI) and as an update (from the CLI), which is
 * validated and answered once it is done. While a release runs its words go there; else the monitor acts itself.
 */
export class MonitorDesk {
  readonly #watch: Watch;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** Takes requests from here on. */
  open(): void {
    const watch = this.#watch;
    setHandler(triggerSignal, (trigger) => void watch.enqueue(trigger));
    setHandler(releaseOpenedSignal, (opened) => watch.opened(opened));
    setHandler(releaseEndedSignal, (ended) => watch.ended(ended));
    for (const action of signalNames) {
      setHandler(operatorSignals[action], async (request) => this.#bySignal(toOperator(action, request)));
      setHandler(operatorUpdates[action], (request) => this.#perform(toOperator(action, request)), {
        validator: (request) => this.#validate(action, request),
      });
    }
  }

  /** Synchronous, as Temporal needs it: an asynchronous validator never rejects. */
  #validate(action: OperatorAction, request: OperatorRequest): void {
    const mistakes: string[] = [];
    if (!request.by) mistakes.push('`by` is missing: who asks?');
    if (!request.reason) mistakes.push('`reason` is missing: why?');
    mistakes.push(...optionMistakes(request));
    const { running } = this.#watch;
    if ((action === 'promote' || action === 'approve' || action === 'reject') && running === null)
      mistakes.push(`No release of ${this.#watch.model} is running; there is nothing to ${action}.`);
    if ((action === 'promote' || action === 'approve' || action === 'reject') && running?.drill)
      mistakes.push(`${running.release} is a drill with a copy of the champion; there is nothing to ${action}.`);
    if (action === 'drill' && running !== null) mistakes.push(`${running.release} is running; a drill comes after it.`);
    if (action === 'drill' && this.#watch.paused) mistakes.push(`${this.#watch.model} is paused; a drill comes after that.`);
    if (action === 'approve' && running !== null && running.by === request.by)
      mistakes.push(`${request.by} asked for ${running.release}; somebody else must approve it.`);
    if (mistakes.length > 0) throw ApplicationFailure.nonRetryable(mistakes.join(' '), 'RequestRefused');
  }

  /** A signal has nobody to answer; what becomes of it stands in the timeline. */
  async #bySignal(operator: Operator): Promise<void> {
    try {
      this.#validate(operator.action, operator);
      await this.#perform(operator);
    } catch (failure) {
      const because = failure instanceof Error ? failure.message : String(failure);
      this.#watch.tell(`${operator.by} asked to ${operator.action}; refused: ${because}`);
      await quick.recordOperation({ ...operator, model: this.#watch.model });
      await quick.finishOperation({ requestId: operator.requestId, because: `Refused: ${because}` });
    }
  }

  async #perform(operator: Operator): Promise<OperatorAnswer> {
    await quick.recordOperation({ ...operator, model: this.#watch.model });
    const answer = await this.#answer(operator);
    this.#watch.tell(answer.because);
    return answer;
  }

  #answer(operator: Operator): Promise<OperatorAnswer> {
    if (operator.action === 'retrain') return this.#retrain(operator);
    return operator.action === 'drill' ? this.#drill(operator) : this.#act(operator);
  }

  async #drill({ requestId, by, reason }: Operator): Promise<OperatorAnswer> {
    const watch = this.#watch;
    const { refusal } = await quick.mayDrill({ model: watch.model });
    const kind = by === 'schedule' ? 'schedule' : 'person';
    const refused = refusal ?? (await watch.startDrill({ id: requestId, kind, by, because: `a drill: ${reason}` }));
    if (refused !== null) {
      await quick.finishOperation({ requestId, because: `Refused: ${refused}` });
      throw ApplicationFailure.nonRetryable(refused, 'RequestRefused');
    }
    // It refuses at its opening what has come up since.
    await condition(() => watch.releaseOf(requestId) !== null, '1 minute');
    const release = watch.releaseOf(requestId);
    const because = release === null ? 'The drill has not begun yet.' : `${release}, a drill, runs for ${by}: ${reason}`;
    await quick.finishOperation({ requestId, because, ...(release === null ? {} : { release }) });
    return { action: 'drill', because, ...(release === null ? {} : { release }) };
  }

  async #retrain(operator: Operator): Promise<OperatorAnswer> {
    const watch = this.#watch;
    const id = operator.requestId;
    const queued = watch.enqueue({
      id,
      kind: 'person',
      by: operator.by,
      because: operator.reason,
      ...releaseOptions(operator),
    });
    if (watch.running !== null) {
      const because = `${watch.running.release} is running; ${queued}`;
      await quick.finishOperation({ requestId: operator.requestId, because });
      return { action: 'retrain', because };
    }
    await condition(() => watch.releaseOf(id) !== null);
    const release = watch.releaseOf(id) ?? '';
    const because = `${release} runs for ${operator.by}: ${operator.reason}`;
    await quick.finishOperation({ requestId: operator.requestId, because, release });
    return { action: 'retrain', because, release };
  }

  /** Everything but a retrain: to the release that runs, or by the monitor's own hand. */
  async #act(operator: Operator): Promise<OperatorAnswer> {
    const { action } = operator;
    const watch = this.#watch;
    if (action === 'pause' || action === 'resume') watch.pause(action === 'pause');
    if (watch.running !== null && (await this.#forward(operator))) {
      const { because, revision } = await long.awaitOperation({ requestId: operator.requestId });
      return { action, because, ...(revision === null ? {} : { revision }) };
    }
    if (action === 'rollback') {
      const { because, revision } = await quick.revertChampion({ ...operator, model: watch.model });
      return { action, because, revision };
    }
    const because =
      action === 'pause' || action === 'resume'
        ? `${operator.by} ${action}d ${watch.model}: ${operator.reason}`
        : `Not done: no release of ${watch.model} is running.`;
    await quick.finishOperation({ requestId: operator.requestId, because });
    return { action, because };
  }

  async #forward(operator: Operator): Promise<boolean> {
    try {
      await getExternalWorkflowHandle(workflowId.release(this.#watch.model)).signal(operatorSignal, operator);
      return true;
    } catch {
      // The release was terminated or has just ended; the monitor acts itself.
      return false;
    }
  }
}
