import { vi } from 'vitest';
import { createDatabase } from '../stack/postgres.ts';
import { GatewayBed, type GatewayClient, type Traffic } from './gateway-bed.ts';
import { InferenceClient } from './inference-client.ts';

export interface InferAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
  /** The data of each output, by its name. */
  readonly outputs: Readonly<Record<string, readonly unknown[] | undefined>>;
}

/** A gateway with a champion, and clients of the Open Inference Protocol to speak to it. */
export class InferenceBed {
  readonly bed: GatewayBed;
  readonly client: GatewayClient;
  readonly grpc: InferenceClient;
  /** The champion. */
  readonly version: number;

  private constructor(bed: GatewayBed, client: GatewayClient, version: number) {
    this.bed = bed;
    this.client = client;
    this.grpc = new InferenceClient(client.gateway?.grpcPort ?? 0);
    this.version = version;
  }

  /** `challenger`: answers everybody. */
  static async serve(artifact: Uint8Array, challenger: Uint8Array | null = null): Promise<InferenceBed> {
    const bed = await GatewayBed.create(await createDatabase());
    const version = await bed.register(artifact);
    const other = challenger === null ? null : await bed.register(challenger);
    const traffic: Traffic = other === null ? {} : { challenger: other, share: 1 };
    const revision = await bed.setTraffic({ champion: version, ...traffic });
    const client = await bed.startGateway({ grpcPort: 0, bodyLimit: 100_000 });
    const versions = other === null ? [version] : [version, other];
    await vi.waitUntil(() => client.inForce(revision, ...versions), { timeout: 10_000 });
    return new InferenceBed(bed, client, version);
  }

  async get(path: string): Promise<{ status: number; json: unknown }> {
    const response = await fetch(`${this.client.address}${path}`);
    return { status: response.status, json: await response.json() };
  }

  async infer(body: unknown, headers: Record<string, string> = {}, path = '/v2/models/electricity/infer'): Promise<InferAnswer> {
    const response = await fetch(`${this.client.address}${path}`, { method: 'POST', body: JSON.stringify(body), headers });
    const json = (await response.json()) as Record<string, unknown>;
    const outputs = (json['outputs'] ?? []) as { name: string; data: unknown[] }[];
    return {
      status: response.status,
      headers: response.headers,
      json,
      outputs: Object.fromEntries(outputs.map(({ name, data }) => [name, data])),
    };
  }

  async close(): Promise<void> {
    this.grpc.close();
    await this.bed.close();
  }
}

/** A text in binary tensor data. */
export function binaryText(written: string): Buffer {
  const bytes = Buffer.from(written);
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
}

/** Numbers in binary tensor data. */
export const binaryFloats = (...elements: number[]): Buffer => Buffer.from(Float32Array.from(elements).buffer);
