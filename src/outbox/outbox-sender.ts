import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { forgetSent, type OutboxMessage, outboxState, type Receiver, sendWaiting } from '../registry/outbox.ts';
import type { Registry } from '../registry/registry.ts';
import { counted, lasting } from '../stats/wording.ts';

/** Sends one message to its receiver; what it throws is tried again. */
export type Send = (message: OutboxMessage) => Promise<'sent' | { readonly refused: string }>;

/** How often it is looked whether there is anything to send, and the longest pause after tries that failed, ms. */
const usualPause = { least: 2000, most: 60_000 };
/** How often a receiver that stays away is told of again in the log, ms. */
const tellEvery = 300_000;
const messagesAtOnce = 100;
const forgetEvery = 3_600_000;

/**
 * Sends what waits in the outbox, in order, for as long as it takes: nothing is dropped. Of several processes one sends to a receiver at
 * a time. A message may arrive twice where a process ends between sending and noting it.
 */
export class OutboxSender {
  readonly #registry: Registry;
  readonly #logger: Logger;
  readonly #pause: typeof usualPause;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(parts: {
    readonly registry: Registry;
    readonly logger: Logger;
    readonly receivers: Partial<Record<Receiver, Send>>;
    readonly pause?: typeof usualPause;
  }) {
    this.#registry = parts.registry;
    this.#logger = parts.logger;
    this.#pause = parts.pause ?? usualPause;
    const receivers = Object.entries(parts.receivers) as [Receiver, Send][];
    this.#running = Promise.all(receivers.map(([receiver, send]) => this.#serve(receiver, send)));
  }

  /** Resolves once what is being sent has been sent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #serve(receiver: Receiver, send: Send): Promise<void> {
    let failures = 0;
    let told = -Infinity;
    let forgot = -Infinity;
    while (!this.#stopping.signal.aborted) {
      let more = false;
      try {
        const sent = await sendWaiting(this.#registry, receiver, (message) => this.#send(receiver, send, message), {
          limit: messagesAtOnce,
          signal: this.#stopping.signal,
        });
        if (failures > 0 && sent !== null && sent > 0) this.#logger.info({ receiver, sent }, 'the receiver takes messages again');
        if (sent !== null) failures = 0;
        more = sent === messagesAtOnce;
        if (performance.now() - forgot > forgetEvery) {
          await forgetSent(this.#registry);
          forgot = performance.now();
        }
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        failures++;
        if (performance.now() - told > tellEvery || failures === 1) {
          told = performance.now();
          this.#logger.warn({ receiver, err: error, waiting: await this.#waiting(receiver) }, 'messages wait for their receiver');
        }
      }
      const pause = more ? 0 : Math.min(this.#pause.most, this.#pause.least * 2 ** Math.min(failures, 10));
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  async #send(receiver: Receiver, send: Send, message: OutboxMessage): Promise<'sent' | { readonly refused: string }> {
    const end = await send(message);
    if (end !== 'sent') this.#logger.error({ receiver, key: message.key, because: end.refused }, 'a receiver refused a message');
    return end;
  }

  async #waiting(receiver: Receiver): Promise<string | null> {
    const states = await outboxState(this.#registry).catch(() => []);
    const state = states.find((each) => each.receiver === receiver);
    return state?.since == null
      ? null
      : `${counted(state.waiting, 'message')} for ${lasting(Date.now() - state.since.getTime())}`;
  }
}
