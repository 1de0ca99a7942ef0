import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';

const proto = fileURLToPath(new URL('../../src/serving/open-inference/open-inference.proto', import.meta.url));
const service = loadSync(proto, { keepCase: true, longs: Number, defaults: true, oneofs: true })[
  'inference.GRPCInferenceService'
] as unknown as Record<string, MethodDefinition<object, object>>;

export interface Called {
  /** 0 is OK. */
  readonly code: number;
  readonly details: string;
  /** The trailer x-pawl-code; null where there is none. */
  readonly pawlCode: string | null;
  /** Null where it failed. */
  readonly answer: Record<string, unknown> | null;
}

interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** Speaks the Open Inference Protocol over gRPC to a gateway, as any client with the published .proto would. */
export class InferenceClient {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  /** A call of a method by its name. */
  call(method: string, message: object, options: CallOptions = {}): Promise<Called> {
    const definition = service[method];
    if (definition === undefined) throw new Error(`there is no method ${method}`);
    return this.send(method, definition.requestSerialize(message), options);
  }

  /** A call whose message is these bytes, whatever they mean. */
  send(method: string, bytes: Buffer, { metadata = {}, deadlineMs = 10_000 }: CallOptions = {}): Promise<Called> {
    const entries = new Metadata();
    for (const [name, value] of Object.entries(metadata)) entries.set(name, value);
    const definition = service[method];
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        `/inference.GRPCInferenceService/${method}`,
        (message: Buffer) => message,
        (message) => definition?.responseDeserialize(message) ?? message,
        bytes,
        entries,
        { deadline: Date.now() + deadlineMs },
        (error: ServiceError | null, answer?: object) =>
          resolve({
            code: error?.code ?? 0,
            details: error?.details ?? '',
            pawlCode: error?.metadata.get('x-pawl-code')[0]?.toString() ?? null,
            answer: (answer as Record<string, unknown> | undefined) ?? null,
          }),
      );
    });
  }

  /** A message as bytes; null where it cannot be written. */
  encode(method: string, message: unknown): Buffer | null {
    try {
      return service[method]?.requestSerialize(message as object) ?? null;
    } catch {
      return null;
    }
  }

  close(): void {
    this.#client.close();
  }
}
