import { TransientError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { acceptance, parseFeedback } from './feedback-request.ts';
import type { FeedbackSpool } from './feedback-spool.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { jsonAnswer, type Answer } from './http-answer.ts';
import { parseJson } from './http-body.ts';
import type { ModelTraffic } from './model-traffic.ts';
import { trafficOf } from './open-inference/lookup.ts';
import { openApiAnswer } from './openapi/document.ts';
import { callerHeaders, parsePredictRequest, plainRequest } from './predict-request.ts';
import { predictAnswer } from './predict-answer.ts';
import type { Predictor } from './predictor.ts';
import type { Handler, Route } from './routes.ts';
import type { TrafficBook } from './traffic-book.ts';

export interface HandlerOptions {
  /** Of this gateway. */
  readonly process: string;
  readonly book: TrafficBook;
  readonly predictor: Predictor;
  readonly feedback: FeedbackSpool;
  readonly metrics: GatewayMetrics;
  /** The metrics of all processes that share the port, as text. */
  readonly metricsText: () => Promise<string>;
  readonly monotonic: () => number;
  /** The gateway is shutting down. */
  readonly draining: () => boolean;
}

const get = ['GET', 'HEAD'];
const post = ['POST'];

/** The routes of pawl's own protocol. */
export function gatewayRoutes(options: HandlerOptions): Route[] {
  const { process, book, predictor, feedback, metrics, metricsText, monotonic } = options;

  const predict: Handler = (request, model) => {
    const traffic = trafficOf(book, model);
    const headers = callerHeaders((name) => request.header(name));
    const row = traffic.champions()[0]?.scanner.scan(request.body) ?? null;
    const asked = row === null ? parsePredictRequest(parseJson(request.body), headers) : plainRequest(row, headers);
    return predictor.predict(traffic, asked, request.arrivedAt).then((answered) => predictAnswer(model, answered));
  };

  const acceptLabels: Handler = async (request, model) => {
    const signature = labelledSignature(trafficOf(book, model));
    const labels = parseFeedback(model, parseJson(request.body), signature, Date.now());
    try {
      await feedback.accept(labels);
    } catch (error) {
      throw new TransientError('PAWL_SPOOL_UNAVAILABLE', 'The labels could not be kept on the local disk; none was accepted.', {
        cause: error,
      });
    }
    metrics.labels.inc({ model }, labels.length);
    return jsonAnswer(202, acceptance(labels));
  };

  return [
    { methods: post, path: '/v1/models/{model}/predict', handle: predict },
    { methods: post, path: '/v1/models/{model}/feedback', handle: acceptLabels },
    {
      methods: get,
      path: '/v1/models',
      handle: () => jsonAnswer(200, { process, models: book.all().map((traffic) => describe(traffic, monotonic())) }),
    },
    {
      methods: get,
      path: '/metrics',
      handle: async () => ({ status: 200, body: await metricsText(), type: metrics.register.contentType }),
    },
    { methods: get, path: '/healthz', handle: () => jsonAnswer(200, { status: 'alive' }) },
    { methods: get, path: '/readyz', handle: () => readiness(options) },
    { methods: get, path: '/openapi.json', handle: () => openApiAnswer },
  ];
}

/** What labels are held against: the champion's signature, and where there are many classes those that only a challenger knows as well. */
function labelledSignature(traffic: ModelTraffic): ModelSignature | null {
  const signature = traffic.champions()[0]?.scorer.signature ?? null;
  const other = traffic.challenger()?.scorer.signature ?? null;
  if (signature?.task !== 'multiclass-classification' || other?.task !== 'multiclass-classification') return signature;
  return { ...signature, classes: [...new Set([...(signature.classes ?? []), ...(other.classes ?? [])])] };
}

/** Every assigned champion is loaded, and the gateway is not shutting down. */
export function isReady({ book, draining }: Pick<HandlerOptions, 'book' | 'draining'>): boolean {
  return book.known && !draining() && book.all().every((traffic) => traffic.ready());
}

function readiness({ book, draining }: HandlerOptions): Answer {
  if (draining()) return jsonAnswer(503, { status: 'shutting down' });
  if (!book.known) return jsonAnswer(503, { status: 'waiting for the registry' });
  const waiting = book.all().filter((traffic) => !traffic.ready());
  if (waiting.length === 0) return jsonAnswer(200, { status: 'ready' });
  return jsonAnswer(503, { status: 'loading', models: waiting.map(({ model }) => model) });
}

/** The assignment in force at this gateway, for `GET /v1/models`. */
function describe(traffic: ModelTraffic, now: number) {
  const { assignment, model, shelf } = traffic;
  return {
    model,
    task: assignment?.task ?? null,
    revision: assignment?.revision ?? null,
    champion: assignment?.champion?.version ?? null,
    challenger: assignment?.challenger?.version ?? null,
    /** As assigned, and as in force: 0 when the lease has run out or the challenger is not ready here. */
    share: assignment?.share ?? 0,
    shareInForce: traffic.share(now),
    shadowShare: assignment?.shadowShare ?? 0,
    segments: assignment?.segments ?? null,
    leaseRemainingMs: traffic.leaseRemaining(now),
    versions: shelf.ready(),
    ready: traffic.ready(),
  };
}
