import type { Logger } from 'pino';
import { FinalError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { FailureLog } from './failure-log.ts';
import { errorAnswer, type Answer, type HttpRequest } from './http-answer.ts';

/** What a route does; rejections become error answers by their code. */
export type Handler = (request: HttpRequest, model: string) => Answer | Promise<Answer>;

export interface Route {
  readonly methods: readonly string[];
  /** The whole path; `{model}` stands for a model's name, percent-encoded in the path. */
  readonly path: string;
  readonly handle: Handler;
}

/** A protocol with routes and error answers of its own. */
export interface Protocol {
  match(path: string): boolean;
  /** Must not reject. */
  handle(request: HttpRequest): Promise<Answer>;
  /** What a request to such a path gets that failed before it was whole. */
  refuse(error: unknown, path: string): Answer;
}

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly protocols: readonly Protocol[];
  /** A request for this model was refused for a fault of its own. */
  readonly callerFault: (model: string) => void;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
}

const modelInPath = '{model}';

/** Finds what answers a request, and makes an answer of what it throws. */
export class Router {
  readonly #options: RouterOptions;
  readonly #whole = new Map<string, Route>();
  readonly #failures: FailureLog;
  readonly #ofModel: { readonly before: string; readonly after: string; readonly route: Route }[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#failures = new FailureLog(options.logger);
    for (const route of options.routes) {
      const [before = '', after] = route.path.split(modelInPath);
      if (after === undefined) this.#whole.set(route.path, route);
      else this.#ofModel.push({ before, after, route });
    }
  }

  /** Never rejects. */
  answer(request: HttpRequest): Promise<Answer> {
    try {
      const answer = this.#handle(request);
      if (!(answer instanceof Promise)) return Promise.resolve(answer);
      return answer.catch((error: unknown) => this.refuse(error, request));
    } catch (error) {
      return Promise.resolve(this.refuse(error, request));
    }
  }

  /** The answer to a request that cannot be carried out; counted, and logged where it is our fault. */
  refuse(error: unknown, { method, path }: Pick<HttpRequest, 'method' | 'path'>): Answer {
    const { callerFault, metrics, protocols } = this.#options;
    const protocol = protocols.find((one) => one.match(path));
    if (protocol !== undefined) return protocol.refuse(error, path);
    const answer = errorAnswer(error, error instanceof MethodNotAllowed ? { allow: error.allowed.join(', ') } : {});
    if (answer.status >= 500 && answer.status !== 503) this.#failures.tell(error, { method, url: path.slice(0, 200) });
    if (answer.status < 500 && error instanceof FinalError) {
      metrics.callerFaults.inc({ code: error.code });
      const model = this.#modelOf(path);
      if (model !== null) callerFault(model);
    }
    return answer;
  }

  #handle(request: HttpRequest): Answer | Promise<Answer> {
    for (const protocol of this.#options.protocols) if (protocol.match(request.path)) return protocol.handle(request);
    const { route, model } = this.#find(request.path);
    if (!route.methods.includes(request.method)) throw new MethodNotAllowed(request.method, route.methods);
    return route.handle(request, model);
  }

  #find(path: string): { route: Route; model: string } {
    for (const { before, after, route } of this.#ofModel) {
      const model = nameBetween(path, before, after);
      if (model !== null) return { route, model };
    }
    const route = this.#whole.get(path);
    if (route === undefined) throw new FinalError('PAWL_ROUTE_NOT_FOUND', `There is no route ${path.slice(0, 200)}.`);
    return { route, model: '' };
  }

  #modelOf(path: string): string | null {
    for (const { before, after } of this.#ofModel) {
      const model = nameBetween(path, before, after);
      if (model !== null) return model;
    }
    return null;
  }
}

/** 405, with the methods for the header `allow`. */
export class MethodNotAllowed extends FinalError {
  readonly allowed: readonly string[];

  constructor(method: string, allowed: readonly string[]) {
    super('PAWL_METHOD_NOT_ALLOWED', `The route does not take ${method.slice(0, 20)}.`);
    this.allowed = allowed;
  }
}

/** The one path segment between two texts; null where the path is another. */
function nameBetween(path: string, before: string, after: string): string | null {
  if (!path.startsWith(before) || !path.endsWith(after)) return null;
  const name = path.slice(before.length, path.length - after.length);
  if (name === '' || name.includes('/') || path.length < before.length + after.length) return null;
  return name.includes('%') ? decoded(name) : name;
}

/** A malformed escape is no model's name. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
