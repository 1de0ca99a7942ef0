import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { FinalError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { errorAnswer, send, type Answer } from './http-answer.ts';
import { readJson } from './http-body.ts';

/**
 * What the gateway answers; rejections become error answers by their code. `arrivedAt`: when the whole body was there,
 * monotonic ms: a slow caller is not the version's slowness.
 */
export interface GatewayHandlers {
  predict(model: string, body: unknown, key: string | null, arrivedAt: number): Promise<Answer>;
  feedback(model: string, body: unknown): Promise<Answer>;
  /** A request for this model that was refused for a fault of its own. */
  callerFault(model: string): void;
  models(): Answer;
  metrics(): Promise<Answer>;
  healthy(): Answer;
  ready(): Answer;
}

export interface HttpServerOptions {
  readonly handlers: GatewayHandlers;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly monotonic: () => number;
  /** Largest body, bytes. */
  readonly bodyLimit: number;
}

/** Longer than the minute that load balancers keep an idle connection, so that it is always they who close it. */
const keepAliveMs = 65_000;
const headersMs = 10_000;
const requestMs = 30_000;

/** The gateway's front: routes, bodies and error answers, on bare node:http. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  #draining = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: requestMs },
      (request, response) => {
        void this.#answer(request).then((answer) => send(response, answer, this.#draining || answer.status === 413));
      },
    );
  }

  get draining(): boolean {
    return this.#draining;
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
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), withinMs);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const [, model, verb] = /^\/v1\/models\/([^/]+)\/(predict|feedback)$/.exec(path) ?? [];
    try {
      if (model !== undefined) return await this.#postToModel(request, safeDecode(model), verb === 'predict');
      return await this.#get(request, path);
    } catch (error) {
      return this.#refuse(error, model === undefined ? null : safeDecode(model), request);
    }
  }

  async #postToModel(request: IncomingMessage, model: string, predict: boolean): Promise<Answer> {
    const { handlers, bodyLimit } = this.#options;
    allow(request, ['POST']);
    const body = await readJson(request, bodyLimit);
    const arrivedAt = this.#options.monotonic();
    const key = request.headers['x-pawl-key'];
    return predict
      ? handlers.predict(model, body, typeof key === 'string' ? key : null, arrivedAt)
      : handlers.feedback(model, body);
  }

  async #get(request: IncomingMessage, path: string): Promise<Answer> {
    const { handlers } = this.#options;
    const routes: Record<string, () => Answer | Promise<Answer>> = {
      '/v1/models': () => handlers.models(),
      '/metrics': () => handlers.metrics(),
      '/healthz': () => handlers.healthy(),
      '/readyz': () => handlers.ready(),
    };
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) throw new FinalError('PAWL_ROUTE_NOT_FOUND', `There is no route ${path.slice(0, 200)}.`);
    allow(request, ['GET', 'HEAD']);
    return route();
  }

  #refuse(error: unknown, model: string | null, request: IncomingMessage): Answer {
    const { handlers, metrics, logger } = this.#options;
    const answer = errorAnswer(error, error instanceof MethodNotAllowed ? { allow: error.allowed.join(', ') } : {});
    if (answer.status >= 500 && answer.status !== 503)
      logger.error({ err: error, method: request.method, url: request.url?.slice(0, 200) }, 'request failed');
    if (answer.status < 500 && error instanceof FinalError) {
      metrics.callerFaults.inc({ code: error.code });
      if (model !== null) handlers.callerFault(model);
    }
    return answer;
  }
}

class MethodNotAllowed extends FinalError {
  readonly allowed: readonly string[];

  constructor(method: string, allowed: readonly string[]) {
    super('PAWL_METHOD_NOT_ALLOWED', `The route does not take ${method}.`);
    this.allowed = allowed;
  }
}

function allow(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? '')) throw new MethodNotAllowed(request.method ?? 'this method', methods);
}

/** A malformed escape is no model's name. */
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
