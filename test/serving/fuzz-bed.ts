import assert from 'node:assert/strict';
import fc from 'fast-check';
import { vi } from 'vitest';
import { catalogue } from '../../src/error-catalogue.ts';
import { createDatabase } from '../stack/postgres.ts';
import { GatewayBed, type GatewayClient } from './gateway-bed.ts';
import { InferenceClient, type Called } from './inference-client.ts';
import { smallModel } from './small-model.ts';

/** Bodies beyond it are refused, bytes. */
export const bodyLimit = 20_000;

/** Statuses of gRPC that a request may get: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const refusals = [3, 5, 7, 8, 14];

/** A gateway to send anything to, and what every answer of it has to be, whatever the request was. */
export class FuzzBed {
  readonly client: GatewayClient;
  readonly grpc: InferenceClient;
  readonly #bed: GatewayBed;
  /** The ids of all predictions that callers were given. */
  readonly #given = new Set<string>();

  private constructor(bed: GatewayBed, client: GatewayClient) {
    this.#bed = bed;
    this.client = client;
    this.grpc = new InferenceClient(this.grpcPort);
  }

  static async create(): Promise<FuzzBed> {
    const bed = await GatewayBed.create(await createDatabase());
    const version = await bed.register(smallModel());
    const revision = await bed.setTraffic({ champion: version });
    const client = await bed.startGateway({ grpcPort: 0, bodyLimit });
    await vi.waitUntil(() => client.inForce(revision, version), { timeout: 10_000 });
    return new FuzzBed(bed, client);
  }

  get httpPort(): number {
    return Number(new URL(this.client.address).port);
  }

  get grpcPort(): number {
    return this.client.gateway?.grpcPort ?? 0;
  }

  /** Sends a body and checks what comes back; the status. */
  async post(path: string, body: Buffer | string, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(`${this.client.address}${path}`, { method: 'POST', body, headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    const json = Number(response.headers.get('inference-header-content-length') ?? bytes.length);
    this.check(response.status, bytes.subarray(0, json).toString());
    return response.status;
  }

  /** Over HTTP: good, or the caller's fault with a code, or 503. */
  check(status: number, body: string): void {
    if (status >= 200 && status < 300) return this.#take(body);
    assert.ok((status >= 400 && status < 500) || status === 503, `${status} ${body}`);
    const answer = JSON.parse(body) as { error: { code: string } | string; code?: string };
    assert.ok((typeof answer.error === 'string' ? (answer.code ?? '') : answer.error.code) in catalogue, body);
  }

  /** Over gRPC: good, or refused with a code. Too large a message is turned away before the gateway sees it. */
  checkCall({ code, pawlCode, answer, details }: Called): void {
    if (code === 0) return this.#take(JSON.stringify(answer));
    assert.ok(refusals.includes(code), `${code} ${details}`);
    if (code !== 8) assert.ok((pawlCode ?? '') in catalogue, `${pawlCode} ${details}`);
  }

  /** The gateway lives, and its log has every prediction that was given, and no others. */
  async checkLog(): Promise<void> {
    assert.equal((await this.client.predict({ row: { price: 1, region: 'NSW' }, id: 'last' })).status, 200);
    this.#given.add('last');
    assert.ok(this.#given.size > 20, `only ${this.#given.size} predictions were given`);
    const logged = async () => new Set((await this.#bed.logged()).map(({ id }) => id));
    await vi.waitFor(async () => assert.deepEqual(await logged(), this.#given), { timeout: 10_000, interval: 200 });
  }

  async close(): Promise<void> {
    this.grpc.close();
    await this.#bed.close();
  }

  /** Keeps the ids of the predictions in a good answer. */
  #take(body: string): void {
    const answer = JSON.parse(body) as { predictions?: { id: string }[]; id?: string; outputs?: { shape: number[] }[] };
    for (const { id } of answer.predictions ?? []) this.#given.add(id);
    const rows = answer.outputs?.[0]?.shape[0] ?? 0;
    for (let i = 0; i < rows; i++) this.#given.add(rows === 1 ? String(answer.id) : `${answer.id}/${i}`);
  }
}

/** Runs a property; its seed is printed where it fails. `run` says whether the request was a good one: some have to be. */
export async function holds<T>(values: fc.Arbitrary<T>, numRuns: number, run: (value: T) => Promise<boolean>): Promise<void> {
  let good = 0;
  const property = fc.asyncProperty(values, async (value) => {
    if (await run(value)) good++;
  });
  await fc.assert(property, { numRuns });
  assert.ok(good > numRuns / 50, `only ${good} of ${numRuns} were good`);
}

export const textOf = (json: unknown): Buffer => Buffer.from(JSON.stringify(json) ?? '');
