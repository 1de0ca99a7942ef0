import { connect, type Socket } from 'node:net';
import { MalformedResponse, ResponseParser } from './response-parser.ts';

export interface ConnectionOwner {
  /** The connection may take a request: it is open, or its request is over. */
  free(connection: Connection): void;
  answered(connection: Connection, at: number): void;
  failed(connection: Connection, what: string): void;
}

/** Pause before a connection that was refused is tried again, ms. */
const pauseMs = 50;

/** A kept-alive connection to a target with one request under way at a time. It comes back by itself until it is closed. */
export class Connection {
  readonly parser: ResponseParser;
  /** What its owner keeps of the request under way: when it was sent, or was to be. */
  since = 0;
  readonly #port: number;
  readonly #owner: ConnectionOwner;
  readonly #buffer = Buffer.allocUnsafe(65_536);
  #socket: Socket | null = null;
  /** When the request under way was written; null: there is none. */
  #sentAt: number | null = null;
  #open = false;
  #closed = false;

  constructor(port: number, countBy: string | null, owner: ConnectionOwner) {
    this.#port = port;
    this.#owner = owner;
    this.parser = new ResponseParser(countBy);
    this.#connect();
  }

  send(request: Buffer, since: number, now: number): void {
    this.since = since;
    this.#sentAt = now;
    this.#socket?.write(request);
  }

  get busy(): boolean {
    return this.#sentAt !== null;
  }

  /** Open, and nothing under way. */
  get ready(): boolean {
    return this.#open && this.#sentAt === null;
  }

  /** Gives a request up that was written before. */
  giveUpBefore(time: number): void {
    if (this.#sentAt !== null && this.#sentAt < time) this.#lose('timeout');
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: this.#buffer,
        callback: (bytes) => {
          if (socket === this.#socket) this.#read(bytes);
          return true;
        },
      },
    });
    this.#socket = socket;
    this.parser.reset();
    socket.once('connect', () => {
      this.#open = true;
      this.#owner.free(this);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (socket !== this.#socket) return;
      if (error.code === 'ECONNREFUSED') this.#owner.failed(this, 'refused');
      this.#lose('reset', error.code === 'ECONNREFUSED' ? pauseMs : 0);
    });
    socket.once('end', () => {
      if (socket === this.#socket) this.#lose('closed');
    });
  }

  #read(bytes: number): void {
    try {
      if (this.#sentAt === null) throw new MalformedResponse('nobody asked');
      if (!this.parser.push(this.#buffer.subarray(0, bytes))) return;
    } catch {
      this.#lose('malformed');
      return;
    }
    this.#sentAt = null;
    if (this.parser.status === 200) this.#owner.answered(this, performance.now());
    else this.#owner.failed(this, `status ${this.parser.status}`);
    if (this.parser.closes) this.#lose('closed');
    else this.#owner.free(this);
  }

  /** The connection is gone, and with it the request under way; one that was idle is no loss to anybody. */
  #lose(what: string, pause = 0): void {
    const lost = this.#sentAt !== null;
    this.#sentAt = null;
    this.#open = false;
    this.#socket?.destroy();
    this.#socket = null;
    if (lost && !this.#closed) this.#owner.failed(this, what);
    setTimeout(() => this.#connect(), pause);
  }
}
