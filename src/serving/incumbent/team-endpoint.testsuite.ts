import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FinalError } from '../../errors.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import type { IncumbentConfig } from './incumbent-config.ts';

interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  /** Instead of `json`. */
  readonly text?: string;
  /** ms; null: never. */
  readonly after?: number | null;
}

/** What the far end got. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** A real HTTP server in the place of an endpoint that a team already has. */
export class TeamEndpoint {
  readonly asked: Asked[] = [];
  /** Decides on every answer. */
  reply: (asked: Asked) => Reply = () => ({ status: 404 });
  connections = 0;
  readonly #server: http.Server;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const asked = {
          method: request.method ?? '',
          path: request.url ?? '',
          body: text === '' ? null : (JSON.parse(text) as unknown),
        };
        this.asked.push(asked);
        const { status = 200, json, text: plain, after = 0 } = this.reply(asked);
        const answer = () =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(plain ?? JSON.stringify(json ?? {}));
        if (after === 0) answer();
        else if (after !== null) setTimeout(answer, after);
      });
    });
    this.#server.on('connection', () => this.connections++);
  }

  static async start(): Promise<TeamEndpoint> {
    const endpoint = new TeamEndpoint();
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts the connections that callers keep. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const priceSignature: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [
    { name: 'price', type: 'number' },
    { name: 'region', type: 'category' },
    { name: 'holiday', type: 'boolean' },
  ],
  classes: ['DOWN', 'UP'],
  threshold: 0.5,
};

export function configOf(url: string, changes: Partial<IncumbentConfig> = {}): IncumbentConfig {
  const signature = changes.signature ?? priceSignature;
  return {
    url,
    format: 'v2',
    model: 'old',
    timeoutMs: 2000,
    signature,
    features: signature.features.map(({ name }) => name),
    ...changes,
  };
}

/** The code of the pawl error that a promise rejects with. */
export async function refusalOf(work: Promise<unknown>): Promise<FinalError> {
  return work.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error as FinalError,
  );
}
