import type { Socket } from 'node:net';
import { FinalError } from '../errors.ts';
import type { Answer, HttpRequest } from './http-answer.ts';
import { answerText } from './http-text.ts';
import { HeadReader, valueOf, type RequestHead } from './request-head.ts';

export interface FastLaneOptions {
  /** Must not reject. */
  readonly answer: (request: HttpRequest) => Promise<Answer>;
  /** What is answered to a request that is cut short. */
  readonly refuse: (error: unknown, request: Pick<HttpRequest, 'method' | 'path'>) => Answer;
  /** Takes a connection over, with all that was read of it and not answered. */
  readonly handOver: (socket: Socket) => void;
  readonly monotonic: () => number;
  /** Larger bodies are handed over, bytes. */
  readonly bodyLimit: number;
  /** An idle connection is closed after so many ms. */
  readonly keepAliveMs: number;
}

/** A longer head is handed over. */
const longestHead = 16_384;
/** How long a request may take to arrive before somebody more patient takes over, ms. */
const patienceMs = 1000;
/** A caller that does not read its answers is not read from, bytes. */
const mostUnread = 2 ** 20;

/**
 * HTTP/1.1 in the plain form, on bare sockets: half the cost of node:http, which is what most of a prediction used to cost. A
 * connection that sends anything else, or is slow, goes over to node:http for the rest of its life.
 */
export class FastLane {
  readonly #options: FastLaneOptions;
  readonly #heads = new HeadReader();
  readonly #connections = new Set<Connection>();
  readonly #sweeper: NodeJS.Timeout;
  #draining = false;
  #empty: (() => void) | null = null;

  constructor(options: FastLaneOptions) {
    this.#options = options;
    this.#sweeper = setInterval(() => this.#sweep(), patienceMs);
    this.#sweeper.unref();
  }

  get draining(): boolean {
    return this.#draining;
  }

  accept(socket: Socket): void {
    socket.setNoDelay(true);
    const connection = new Connection(socket, this, this.#options, this.#heads);
    this.#connections.add(connection);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#empty?.();
  }

  /** Answers what is under way, tells the callers to leave, and cuts what is then still open after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#draining = true;
    clearInterval(this.#sweeper);
    for (const connection of this.#connections) connection.closeIfIdle();
    if (this.#connections.size > 0) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
      await Promise.race([new Promise<void>((resolve) => (this.#empty = resolve)), late]);
      clearTimeout(timer);
    }
    for (const connection of this.#connections) connection.destroy();
  }

  #sweep(): void {
    const now = this.#options.monotonic();
    for (const connection of this.#connections) connection.sweep(now);
  }
}

/** One caller's connection. Requests are answered one after the other, in the order they came. */
class Connection {
  readonly #socket: Socket;
  readonly #lane: FastLane;
  readonly #options: FastLaneOptions;
  readonly #heads: HeadReader;
  /** Read and not answered yet. */
  #pending: Buffer | null = null;
  /** The head of the request whose body is still arriving. */
  #head: RequestHead | null = null;
  #bodyAt = 0;
  /** When something last arrived or left, monotonic ms. */
  #movedAt: number;
  #answering = false;
  /** The caller has said all that it will. */
  #ended = false;
  #gone = false;

  readonly #onData = (chunk: Buffer) => this.#read(chunk);
  readonly #onEnd = () => this.#finish();
  readonly #onDrain = () => this.#advance();
  readonly #onClose = () => {
    this.#gone = true;
    this.#lane.forget(this);
    // Nobody is there to read it; it counts as the fault that it is.
    if (this.#head !== null) this.#options.refuse(cutShort(), this.#head);
  };
  // Whatever broke, 'close' follows.
  readonly #onError = () => undefined;

  constructor(socket: Socket, lane: FastLane, options: FastLaneOptions, heads: HeadReader) {
    this.#socket = socket;
    this.#lane = lane;
    this.#options = options;
    this.#heads = heads;
    this.#movedAt = options.monotonic();
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
  }

  closeIfIdle(): void {
    if (!this.#answering && this.#pending === null) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  sweep(now: number): void {
    const still = now - this.#movedAt;
    if (this.#answering) return;
    if (this.#pending !== null && still >= patienceMs) this.#handOver();
    else if (still >= this.#options.keepAliveMs) this.#socket.end();
  }

  #read(chunk: Buffer): void {
    this.#pending = this.#pending === null ? chunk : Buffer.concat([this.#pending, chunk]);
    // The clock of a request runs from its first byte: one that trickles in is slow, however often a byte comes.
    if (this.#pending === chunk) this.#movedAt = this.#options.monotonic();
    if (!this.#answering) this.#advance();
    else if (this.#pending.length > this.#options.bodyLimit + longestHead) this.#socket.pause();
  }

  /** Takes the next request, if all of it is there. */
  #advance(): void {
    const pending = this.#pending;
    if (pending === null || this.#answering || this.#gone || this.#socket.writableLength > mostUnread) return;
    if (this.#head === null) {
      const end = pending.indexOf('\r\n\r\n');
      if (end === -1) {
        if (pending.length > longestHead) this.#handOver();
        else if (this.#ended) this.#refuseTruncated();
        return;
      }
      const head = end > longestHead ? null : this.#heads.read(pending.toString('latin1', 0, end));
      if (head === null || head.contentLength > this.#options.bodyLimit) return this.#handOver();
      this.#head = head;
      this.#bodyAt = end + 4;
    }
    const head = this.#head;
    const length = this.#bodyAt + head.contentLength;
    if (pending.length < length) {
      if (this.#ended) this.#refuseTruncated();
      return;
    }
    const body = pending.subarray(this.#bodyAt, length);
    this.#pending = pending.length === length ? null : pending.subarray(length);
    this.#head = null;
    this.#answering = true;
    const request = new LaneRequest(head, body, this.#options.monotonic());
    void this.#options.answer(request).then((answer) => this.#send(answer, head.method === 'HEAD'));
  }

  #send(answer: Answer, headOnly: boolean): void {
    this.#answering = false;
    if (this.#gone) return;
    this.#movedAt = this.#options.monotonic();
    const last = this.#lane.draining || (this.#ended && this.#pending === null);
    const text = answerText(answer, last, headOnly);
    if (typeof text === 'string') this.#socket.write(text, 'latin1');
    else this.#socket.write(text);
    if (last) return void this.#socket.end();
    if (this.#pending === null) return;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#advance();
  }

  #finish(): void {
    this.#ended = true;
    if (this.#answering) return;
    if (this.#pending === null) this.#socket.end();
    else this.#advance();
  }

  /** The caller stopped in the middle of a body and waits for what we say to it. */
  #refuseTruncated(): void {
    const answer = this.#options.refuse(cutShort(), this.#head ?? { method: '', path: '' });
    this.#pending = null;
    this.#head = null;
    this.#socket.end(answerText(answer, true, false));
  }

  #handOver(): void {
    const { handOver } = this.#options;
    const socket = this.#socket;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
    socket.off('error', this.#onError);
    this.#gone = true;
    this.#lane.forget(this);
    socket.pause();
    if (this.#pending !== null) socket.unshift(this.#pending);
    handOver(socket);
  }
}

const cutShort = () => new FinalError('PAWL_REQUEST_MALFORMED', 'The caller hung up before the end of the request.');

class LaneRequest implements HttpRequest {
  readonly #head: RequestHead;
  readonly body: Buffer;
  readonly arrivedAt: number;

  constructor(head: RequestHead, body: Buffer, arrivedAt: number) {
    this.#head = head;
    this.body = body;
    this.arrivedAt = arrivedAt;
  }

  get method(): string {
    return this.#head.method;
  }

  get path(): string {
    return this.#head.path;
  }

  header(name: string): string | null {
    return valueOf(this.#head.headers, name);
  }
}
