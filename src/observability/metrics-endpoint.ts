import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface MetricsEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers `GET /metrics` with several texts, one after the other, which must not have a metric in common. One that cannot be had is an
 * answer of 503: half of the metrics would look like a worker that does nothing.
 * @param port 0 for any
 */
export async function serveMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  texts: readonly (() => Promise<string>)[],
): Promise<MetricsEndpoint> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://any').pathname;
    if (request.method !== 'GET' || path !== '/metrics') {
      response.writeHead(404).end('GET /metrics\n');
      return;
    }
    Promise.all(texts.map((text) => text())).then(
      (parts) =>
        response
          .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
          .end(parts.map((part) => part.trimEnd()).join('\n') + '\n'),
      (error: unknown) => response.writeHead(503).end(`${error instanceof Error ? error.message : String(error)}\n`),
    );
  }).listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
