import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Say } from '../../../infra/programs/program.ts';
import { freePort } from '../../../infra/servers/free-port.ts';
import { packageFile } from '../../../src/package-root.ts';
import { columns } from '../model/columns.ts';
import { plainInput } from '../model/plain-graph.ts';
import { pythonEnvironment } from '../../../infra/programs/python-environment.ts';
import { startTarget } from './start-target.ts';
import type { Target, Workshop } from './target.ts';

const peers = packageFile('bench/serving/peers');
const named = (row: readonly number[]) => Object.fromEntries(columns.map((name, i) => [name, row[i]]));

/** The champion's trees behind one tensor, as a file. */
function modelFile({ directory, models }: Workshop): string {
  const file = path.join(directory, 'plain.onnx');
  writeFileSync(file, models[0].plain);
  return file;
}

/** The Python of each peer, with its packages. */
export interface Pythons {
  readonly fastapi: string;
  readonly mlserver: string;
}

/** @throws PythonUnavailable */
export async function preparePeers(say: Say): Promise<Pythons> {
  const prepare = (name: string) => pythonEnvironment(name, path.join(peers, name, 'requirements.txt'), say);
  return { fastapi: await prepare('fastapi'), mlserver: await prepare('mlserver') };
}

/** One worker of uvicorn with its fastest parser and loop, and no access log. */
export async function startFastapi(workshop: Workshop, { fastapi }: Pythons): Promise<Target> {
  const folder = path.join(peers, 'fastapi');
  return startTarget(
    {
      name: 'FastAPI',
      command: fastapi,
      args: (port) => [
        ...['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
        ...['--http', 'httptools', '--loop', 'uvloop', '--no-access-log', '--log-level', 'warning'],
        // Longer than any pause of the load client.
        ...['--timeout-keep-alive', '75'],
      ],
      env: () => ({ BENCH_MODEL: modelFile(workshop), PYTHONDONTWRITEBYTECODE: '1' }),
      cwd: folder,
      readyPath: '/ready',
      path: '/predict',
      request: (row) => ({ headers: {}, body: JSON.stringify(named(row)) }),
      scoreIn: (body) => (body as { score?: number }).score,
    },
    workshop,
  );
}

/** As its settings.json says: inference in the server's own process, which is faster for a small model than its pool. */
export async function startMlserver(workshop: Workshop, { mlserver }: Pythons): Promise<Target> {
  const folder = path.join(peers, 'mlserver');
  return startTarget(
    {
      name: 'MLServer',
      command: mlserver,
      args: () => ['-c', 'from mlserver.cli import main; main()', 'start', '.'],
      env: async (port) => ({
        BENCH_MODEL: modelFile(workshop),
        MLSERVER_HTTP_PORT: String(port),
        MLSERVER_GRPC_PORT: String(await freePort()),
        MLSERVER_METRICS_PORT: String(await freePort()),
        // It leaves metrics of its workers and, where it may, bytecode where it runs.
        MLSERVER_METRICS_DIR: workshop.directory,
        PYTHONPATH: folder,
        PYTHONDONTWRITEBYTECODE: '1',
      }),
      cwd: folder,
      readyPath: '/v2/models/bench/ready',
      path: '/v2/models/bench/infer',
      request: (row) => ({
        headers: {},
        body: JSON.stringify({ inputs: [{ name: plainInput, shape: [1, row.length], datatype: 'FP32', data: row }] }),
      }),
      scoreIn: (body) => (body as { outputs?: { data: number[] }[] }).outputs?.[0]?.data[0],
    },
    workshop,
  );
}

/** bench/serving/bare-handler.ts */
export async function startBareHandler(workshop: Workshop): Promise<Target> {
  return startTarget(
    {
      name: 'bare handler',
      command: process.execPath,
      args: (port) => [packageFile('dist/bench/serving/bare-handler.js'), modelFile(workshop), String(port)],
      readyPath: null,
      path: '/',
      request: (row) => ({ headers: {}, body: JSON.stringify({ row: named(row) }) }),
      scoreIn: (body) => (body as { score?: number }).score,
    },
    workshop,
  );
}
