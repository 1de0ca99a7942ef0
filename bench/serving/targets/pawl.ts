import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '../../../infra/servers/free-port.ts';
import { packageFile } from '../../../src/package-root.ts';
import type { BenchRegistry } from '../bench-registry.ts';
import { columns } from '../model/columns.ts';
import { startTarget } from './start-target.ts';
import type { Target, Workshop } from './target.ts';

export interface GatewayVariant {
  /** Its folder for log, labels and cache is named after it. */
  readonly spool: string;
  /** Processes that share the port. Default 1. */
  readonly processes?: number;
  /** More arguments for Node. */
  readonly node?: readonly string[];
}

/** The gateway as it is shipped, on the registry's traffic and its object store. Its callers name themselves by their key. */
export async function startGateway(workshop: Workshop, registry: BenchRegistry, variant: GatewayVariant): Promise<Target> {
  const { spool, processes = 1, node = [] } = variant;
  return startTarget(
    {
      name: 'pawl',
      command: process.execPath,
      args: () => [
        ...node,
        packageFile('dist/workers/gateway.js'),
        ...(processes === 1 ? [] : ['--processes', String(processes)]),
      ],
      env: async (port) => ({
        PAWL_REGISTRY_URL: registry.url,
        PAWL_STORE_URL: pathToFileURL(registry.storeDirectory).href,
        PAWL_GATEWAY_PORT: String(port),
        PAWL_GRPC_PORT: String(await freePort()),
        PAWL_SPOOL_DIR: path.join(workshop.directory, 'spool', spool),
      }),
      readyPath: '/readyz',
      path: `/v1/models/${registry.model}/predict`,
      request: (row, i) => ({
        headers: { 'x-pawl-key': `customer-${i}` },
        body: JSON.stringify({ row: Object.fromEntries(columns.map((name, j) => [name, row[j]])) }),
      }),
      scoreIn: (body) => (body as { predictions?: { score: number }[] }).predictions?.[0]?.score,
      countBy: 'x-pawl-version',
    },
    workshop,
  );
}
