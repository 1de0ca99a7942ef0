import { FinalError } from '../../errors.ts';
import { jsonAnswer, type Answer, type HttpRequest } from '../http-answer.ts';
import type { ModelTraffic } from '../model-traffic.ts';
import { infer } from './infer.ts';
import { describeModel, isReady, trafficOf } from './lookup.ts';
import { serverMetadata } from './metadata.ts';
import { RefusalCount, refusal } from './refusal.ts';
import { restAnswer } from './rest-answer.ts';
import { MethodNotAllowed, type Protocol } from '../routes.ts';
import { parseRestRequest } from './rest-request.ts';
import type { InferenceOptions } from './inference-options.ts';

const modelPath = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(\/ready|\/infer)?$/;

/** Every route, as OpenAPI writes paths. */
export const inferenceTemplates: readonly string[] = [
  ...['/v2', '/v2/health/live', '/v2/health/ready'],
  ...['/v2/models/{model}', '/v2/models/{model}/versions/{version}'].flatMap((of) => [of, `${of}/ready`, `${of}/infer`]),
];

/** The REST side of the Open Inference Protocol V2: every path under /v2, also where there is no such route. */
export function createInferenceRoutes(options: InferenceOptions): Protocol {
  const { book, predictor, ready } = options;
  const refusals = new RefusalCount(options);

  async function answer(request: HttpRequest): Promise<Answer> {
    const { path } = request;
    const [, model, version, verb] = modelPath.exec(path) ?? [];
    if (model !== undefined) {
      allow(request, verb === '/infer' ? ['POST'] : ['GET', 'HEAD']);
      const traffic = trafficOf(book, decode(model));
      const asked = version === undefined ? null : decode(version);
      if (verb === '/infer') return inferOver(traffic, asked, request);
      return verb === '/ready' ? readiness(traffic, asked) : jsonAnswer(200, describeModel(traffic, asked));
    }
    const route = path === '/v2/' ? '/v2' : path;
    const routes: Record<string, () => Answer> = {
      '/v2': () => jsonAnswer(200, serverMetadata),
      '/v2/health/live': () => jsonAnswer(200, { live: true }),
      '/v2/health/ready': () => jsonAnswer(ready() ? 200 : 503, { ready: ready() }),
    };
    const found = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (found === undefined) throw new FinalError('PAWL_ROUTE_NOT_FOUND', `There is no route ${path.slice(0, 200)}.`);
    allow(request, ['GET', 'HEAD']);
    return found();
  }

  async function inferOver(traffic: ModelTraffic, version: string | null, http: HttpRequest): Promise<Answer> {
    const jsonLength = http.header('inference-header-content-length');
    const request = parseRestRequest(http.body, jsonLength, { model: traffic.model, version });
    const header = (name: string) => http.header(name);
    const inferred = await infer(predictor, { traffic, request, version, header, arrivedAt: http.arrivedAt });
    return restAnswer(inferred, request.binary);
  }

  function refuse(error: unknown, path: string): Answer {
    const [, model = null] = modelPath.exec(path) ?? [];
    refusals.add(error, model === null ? null : decode(model));
    return refusal(error, error instanceof MethodNotAllowed ? { allow: error.allowed.join(', ') } : {});
  }

  return {
    match: (path) => path === '/v2' || path.startsWith('/v2/'),
    handle: (request) => answer(request).catch((error: unknown) => refuse(error, request.path)),
    refuse,
  };
}

function readiness(traffic: ModelTraffic, version: string | null): Answer {
  const ready = isReady(traffic, version);
  return jsonAnswer(ready ? 200 : 503, { name: traffic.model, ready });
}

function allow({ method }: HttpRequest, methods: readonly string[]): void {
  if (!methods.includes(method)) throw new MethodNotAllowed(method, methods);
}

/** A malformed escape is no model's name. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
