import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FinalError } from '../errors.ts';
import { FastLane } from './fast-lane.ts';
import { send, type Answer, type HttpRequest } from './http-answer.ts';
import { readBody } from './http-body.ts';
import { answerText } from './http-text.ts';

export interface HttpServerOptions {
  /** What is answered to a request; must not reject. */
  readonly answer: (request: HttpRequest) => Promise<Answer>;
  /** What is answered to one whose body cannot be read. */
  readonly refuse: (error: unknown, request: Pick<HttpRequest, 'method' | 'path'>) => Answer;
  readonly monotonic: () => number;
  /** Largest body, bytes. */
  readonly bodyLimit: number;
}

/** Longer than the minute that load balancers keep an idle connection, so that it is always they who close it. */
const keepAliveMs = 65_000;
const headersMs = 10_000;
const requestMs = 30_000;

/**
 * The gateway's front. Every connection begins in the fast lane; node:http has those that leave it, and knows what to do about
 * slow callers, chunked bodies and heads that nobody should send.
 */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #lane: FastLane;
  /** Requests of a connection of node:http that are being answered. */
  readonly #underWay = new WeakMap<Duplex, number>();
  /** Connections of node:http that end with the answers that are under way: what came behind was no request. */
  readonly #spoilt = new WeakSet<Duplex>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: requestMs, requireHostHeader: false },
      (request, response) => void this.#answer(request, response),
    );
    const [takeOver] = this.#server.listeners('connection') as ((socket: Socket) => void)[];
    this.#lane = new FastLane({
      ...options,
      keepAliveMs,
      handOver: (socket) => {
        takeOver?.call(this.#server, socket);
        socket.resume();
      },
    });
    // A caller that has said all that it will still waits for the answer; by itself node:http would throw it away.
    Object.assign(this.#server, { httpAllowHalfOpen: true });
    this.#server.on(
      'checkExpectation',
      (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response),
    );
    this.#server.on('clientError', (error, socket) => this.#refuseUnread(error, socket));
    this.#server.removeAllListeners('connection');
    this.#server.on('connection', (socket) => this.#lane.accept(socket));
  }

  get draining(): boolean {
    return this.#lane.draining;
  }

  /** Resolves to the address once it listens; port 0 takes a free one. */
  listen(port: number, host: string): Promise<{ host: string; port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve({ host, port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** Takes no more connections, answers what is under way, and cuts what is then still open after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    const lane = this.#lane.close(withinMs);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), withinMs);
    await Promise.all([lane, closed]);
    clearTimeout(timer);
  }

  /** What is no HTTP, or came too slowly. Without this node:http answers with nothing but a status. */
  #refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (!socket.writable) return void socket.destroy();
    // An answer that is under way goes out first: the caller would else take this one for it.
    if ((this.#underWay.get(socket) ?? 0) > 0) return void this.#spoilt.add(socket);
    const refused =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? new FinalError('PAWL_REQUEST_TOO_LARGE', 'The head of the request is larger than the gateway takes.')
        : new FinalError('PAWL_REQUEST_MALFORMED', `The request is no HTTP, or not whole in time: ${error.message}.`);
    const answer = this.#options.refuse(refused, { method: '', path: '' });
    socket.end(answerText(answer, true, false));
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { answer, refuse, monotonic, bodyLimit } = this.#options;
    const method = message.method ?? '';
    const path = (message.url ?? '/').split('?', 1)[0] ?? '/';
    let given: Answer;
    let last = false;
    const { socket } = message;
    this.#underWay.set(socket, (this.#underWay.get(socket) ?? 0) + 1);
    try {
      refuseDoubtful(message);
      const body = await readBody(message, bodyLimit);
      const header = (name: string) => {
        const value = message.headers[name];
        return typeof value === 'string' ? value : null;
      };
      given = await answer({ method, path, header, body, arrivedAt: monotonic() });
    } catch (error) {
      // What is left of such a request cannot be told from the next one.
      last = true;
      given = refuse(error, { method, path });
    }
    const left = (this.#underWay.get(socket) ?? 1) - 1;
    this.#underWay.set(socket, left);
    send(response, given, last || this.draining || (left === 0 && this.#spoilt.has(socket)));
  }
}

/** What node:http would refuse by itself, without saying why. @throws FinalError PAWL_REQUEST_MALFORMED */
function refuseDoubtful({ httpVersion, headers }: IncomingMessage): void {
  if (httpVersion === '1.1' && headers.host === undefined)
    throw new FinalError('PAWL_REQUEST_MALFORMED', 'The request has no header host.');
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
    throw new FinalError('PAWL_REQUEST_MALFORMED', 'The request expects what the gateway does not know.');
}
