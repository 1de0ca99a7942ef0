import { fileURLToPath } from 'node:url';
import {
  Metadata,
  Server,
  ServerCredentials,
  status as grpcStatus,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { FinalError } from '../../errors.ts';
import { grpcAnswer, parseGrpcRequest, type ModelInferRequest } from './grpc-messages.ts';
import { infer } from './infer.ts';
import type { InferenceOptions } from './inference-options.ts';
import { describeModel, isReady, trafficOf } from './lookup.ts';
import { serverMetadata } from './metadata.ts';
import { asPawlError, messageOf, RefusalCount } from './refusal.ts';
import { impatience } from './grpc-impatience.ts';

export interface GrpcServerOptions extends InferenceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Largest message, bytes. */
  readonly bodyLimit: number;
  readonly monotonic: () => number;
  /** How long a request may take to arrive, ms. Default 30,000. */
  readonly requestMs?: number;
}

export interface GrpcServer {
  readonly port: number;
  /** Takes no more calls, answers what is under way, and cuts what is then still open after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** Calls at once on one connection; more wait at the caller. */
const mostCalls = 256;
/** A caller that has gone without a word is noticed after the two together, ms. */
const keepaliveMs = 60_000;
const keepaliveTimeoutMs = 20_000;

/** The gRPC side of the Open Inference Protocol V2, without TLS. @throws Error where the port is taken */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': options.bodyLimit,
    'grpc.max_concurrent_streams': mostCalls,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    interceptors: [impatience(options.requestMs ?? 30_000)],
  });
  server.addService(serviceDefinition(), implementation(options));
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error === null ? resolve(port) : reject(error));
    server.bindAsync(`${options.host}:${options.port}`, ServerCredentials.createInsecure(), bound);
  });
  return {
    port,
    async close(withinMs) {
      const timer = setTimeout(() => server.forceShutdown(), withinMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
    },
  };
}

/** Stands for a message that could not be decoded, so that it is answered as the caller's mistake and not as ours. */
class Undecodable {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

function serviceDefinition(): ServiceDefinition {
  const path = fileURLToPath(new URL('open-inference.proto', import.meta.url));
  const loaded = loadSync(path, { keepCase: true, longs: Number, defaults: true, oneofs: true });
  const definition = loaded['inference.GRPCInferenceService'] as ServiceDefinition;
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return new Undecodable(error);
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

interface OfModel {
  readonly name: string;
  readonly version: string;
}

function implementation(options: GrpcServerOptions): UntypedServiceImplementation {
  const { book, predictor, ready, monotonic } = options;
  const refusals = new RefusalCount(options);

  /** `modelOf`: the model that a refusal is counted with. */
  function unary<Request>(
    answer: (request: Request, call: ServerUnaryCall<Request, unknown>) => unknown,
    modelOf: (request: Request) => string | null = () => null,
  ) {
    async function respond(call: ServerUnaryCall<Request, unknown>): Promise<Parameters<sendUnaryData<unknown>>> {
      const { request } = call;
      try {
        if (!(request instanceof Undecodable)) return [null, await answer(request, call)];
        throw new FinalError('PAWL_REQUEST_MALFORMED', 'The message cannot be decoded.', { cause: request.cause });
      } catch (error) {
        refusals.add(error, request instanceof Undecodable ? null : modelOf(request));
        return [statusOf(error)];
      }
    }
    const settle = async (call: ServerUnaryCall<Request, unknown>, callback: sendUnaryData<unknown>) =>
      callback(...(await respond(call)));
    return (call: ServerUnaryCall<Request, unknown>, callback: sendUnaryData<unknown>) => void settle(call, callback);
  }

  return {
    ServerLive: unary(() => ({ live: true })),
    ServerReady: unary(() => ({ ready: ready() })),
    ServerMetadata: unary(() => serverMetadata),
    ModelReady: unary(({ name, version }: OfModel) => ({ ready: isReady(trafficOf(book, name), version || null) })),
    ModelMetadata: unary(({ name, version }: OfModel) => describeModel(trafficOf(book, name), version || null)),
    ModelInfer: unary(
      async (message: ModelInferRequest, call) => {
        const arrivedAt = monotonic();
        const traffic = trafficOf(book, message.model_name);
        const request = parseGrpcRequest(message);
        const header = (name: string) => call.metadata.get(name)[0]?.toString() ?? null;
        const version = message.model_version || null;
        const inferred = await infer(predictor, { traffic, request, version, header, arrivedAt });
        return grpcAnswer(inferred, message.raw_input_contents.length > 0);
      },
      (message) => message.model_name,
    ),
  };
}

const statuses: Readonly<Record<number, grpcStatus>> = {
  400: grpcStatus.INVALID_ARGUMENT,
  403: grpcStatus.PERMISSION_DENIED,
  404: grpcStatus.NOT_FOUND,
  409: grpcStatus.FAILED_PRECONDITION,
  413: grpcStatus.RESOURCE_EXHAUSTED,
  422: grpcStatus.INVALID_ARGUMENT,
  503: grpcStatus.UNAVAILABLE,
  504: grpcStatus.DEADLINE_EXCEEDED,
};

/** An error with its code and problems in the message; the code stands alone in the trailer x-pawl-code. */
function statusOf(error: unknown) {
  const known = asPawlError(error);
  const metadata = new Metadata();
  metadata.set('x-pawl-code', known.code);
  return { code: statuses[known.status] ?? grpcStatus.INTERNAL, details: messageOf(known), metadata };
}
