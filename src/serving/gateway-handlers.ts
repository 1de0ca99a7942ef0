import { FinalError, TransientError } from '../errors.ts';
import type { GatewayMetrics } from '../observability/gateway-metrics.ts';
import { parseFeedback } from './feedback-request.ts';
import type { FeedbackSpool } from './feedback-spool.ts';
import { jsonAnswer, type Answer } from './http-answer.ts';
import type { GatewayHandlers } from './http-server.ts';
import type { ModelTraffic } from './model-traffic.ts';
import { parsePredictRequest } from './predict-request.ts';
import type { Predictor } from './predictor.ts';
import type { TrafficBook } from './traffic-book.ts';

export interface HandlerOptions {
  readonly book: TrafficBook;
  readonly predictor: Predictor;
  readonly feedback: FeedbackSpool;
  readonly metrics: GatewayMetrics;
  readonly monotonic: () => number;
  /** The gateway is shutting down. */
  readonly draining: () => boolean;
}

export function createHandlers({ book, predictor, feedback, metrics, monotonic, draining }: HandlerOptions): GatewayHandlers {
  function trafficOf(model: string): ModelTraffic {
    const traffic = book.get(model);
    if (!book.known)
      throw new TransientError(
        'PAWL_REGISTRY_UNAVAILABLE',
        'The gateway has not reached the registry yet, and has no local cache.',
      );
    if (traffic === null) throw new FinalError('PAWL_MODEL_NOT_FOUND', `There is no model ${model.slice(0, 200)}.`);
    return traffic;
  }

  return {
    async predict(model, body, key, arrivedAt): Promise<Answer> {
      const traffic = trafficOf(model);
      const predictions = await predictor.predict(traffic, parsePredictRequest(body, key), arrivedAt);
      return jsonAnswer(200, { model, predictions }, { 'x-pawl-version': String(predictions[0]?.version ?? '') });
    },

    async feedback(model, body): Promise<Answer> {
      const signature = trafficOf(model).champion()?.scorer.signature ?? null;
      const labels = parseFeedback(model, body, signature, Date.now());
      try {
        await feedback.accept(labels);
      } catch (error) {
        throw new TransientError('PAWL_SPOOL_UNAVAILABLE', 'The labels could not be kept on the local disk; none was accepted.', {
          cause: error,
        });
      }
      metrics.labels.inc({ model }, labels.length);
      return jsonAnswer(202, { accepted: labels.length });
    },

    callerFault(model): void {
      const traffic = book.get(model);
      if (traffic !== null) predictor.callerFault(traffic);
    },

    models: () => jsonAnswer(200, { models: book.all().map((traffic) => describe(traffic, monotonic())) }),

    async metrics(): Promise<Answer> {
      book.observe();
      return { status: 200, body: await metrics.register.metrics(), type: metrics.register.contentType };
    },

    healthy: () => jsonAnswer(200, { status: 'alive' }),

    ready(): Answer {
      const waiting = book
        .all()
        .filter((traffic) => !traffic.ready())
        .map((traffic) => traffic.model);
      if (draining()) return jsonAnswer(503, { status: 'shutting down' });
      if (!book.known) return jsonAnswer(503, { status: 'waiting for the registry' });
      return waiting.length === 0
        ? jsonAnswer(200, { status: 'ready' })
        : jsonAnswer(503, { status: 'loading', models: waiting });
    },
  };
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
    leaseRemainingMs: traffic.leaseRemaining(now),
    versions: shelf.ready(),
    ready: traffic.ready(),
  };
}
