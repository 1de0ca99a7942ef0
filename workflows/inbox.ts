import { setHandler, uuid4 } from '@temporalio/workflow';
import type { OperatorAction } from '../src/messages/names.ts';
import type { Operator, OperatorRequest } from '../src/messages/operator.ts';
import { operatorSignal, operatorSignals } from './messages.ts';

/** A request with every field there; from the Temporal UI nobody fills in a name. */
export function toOperator(action: OperatorAction, request: OperatorRequest = {}): Operator {
  return {
    ...request,
    action,
    by: request.by ?? 'somebody, by signal',
    reason: request.reason ?? 'no reason given',
    requestId: request.requestId || uuid4(),
  };
}

/** What people have asked of a workflow, in order, each once. A signal by its own name and one forwarded are the same. */
export class Inbox {
  readonly #waiting: Operator[] = [];
  readonly #seen = new Set<string>();
  #arrived: (() => void) | null = null;

  constructor(actions: readonly OperatorAction[]) {
    for (const action of actions) setHandler(operatorSignals[action], (request) => this.#add(toOperator(action, request)));
    setHandler(operatorSignal, (operator) => this.#add(operator));
  }

  #add(operator: Operator): void {
    if (this.#seen.has(operator.requestId)) return;
    this.#seen.add(operator.requestId);
    this.#waiting.push(operator);
    this.#arrived?.();
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  take(): Operator | null {
    return this.#waiting.shift() ?? null;
  }

  /** Called at each arrival, until replaced. */
  onArrival(listener: (() => void) | null): void {
    this.#arrived = listener;
  }

  /** For words whose time has not come yet. */
  putBack(operators: readonly Operator[]): void {
    this.#waiting.unshift(...operators);
  }
}
