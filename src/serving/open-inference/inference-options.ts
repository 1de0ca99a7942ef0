import type { Logger } from 'pino';
import type { GatewayMetrics } from '../../observability/gateway-metrics.ts';
import type { Predictor } from '../predictor.ts';
import type { TrafficBook } from '../traffic-book.ts';

/** What both sides of the protocol, REST and gRPC, answer from. */
export interface InferenceOptions {
  readonly book: TrafficBook;
  readonly predictor: Predictor;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  /** Every assigned champion is loaded, and the gateway is not shutting down. */
  readonly ready: () => boolean;
}
