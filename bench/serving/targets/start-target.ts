import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LeashedProcess } from '../../../infra/processes/leashed.ts';
import { freePort } from '../../../infra/servers/free-port.ts';
import { untilReady } from '../../../infra/servers/readiness.ts';
import type { PreparedRequest, PreparedRequests } from '../load-client/plan.ts';
import type { Target, TargetName, Workshop } from './target.ts';

export interface TargetRecipe {
  readonly name: TargetName;
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: (port: number) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly cwd?: string;
  /** Answered with 200 once it serves. */
  readonly readyPath: string | null;
  readonly path: string;
  readonly request: (row: readonly number[], i: number) => PreparedRequest;
  readonly scoreIn: Target['scoreIn'];
  readonly countBy?: string;
}

/** Starts a server on a free port and waits until it serves. */
export async function startTarget(recipe: TargetRecipe, { directory, rows }: Workshop): Promise<Target> {
  const { name, command, path: requestPath } = recipe;
  const stem = path.join(directory, name.replaceAll(' ', '-'));
  const requests: PreparedRequests = { path: requestPath, requests: rows.map(recipe.request) };
  writeFileSync(`${stem}.requests.json`, JSON.stringify(requests));
  const port = await freePort();
  const logFile = `${stem}.log`;
  const started = await LeashedProcess.start({
    command,
    args: recipe.args(port),
    env: { ...process.env, ...(await recipe.env?.(port)) },
    ...(recipe.cwd === undefined ? {} : { cwd: recipe.cwd }),
    stopSignal: 'SIGTERM',
    logFile,
  });
  const target: Target = {
    name,
    port,
    requestsFile: `${stem}.requests.json`,
    countBy: recipe.countBy ?? null,
    process: started,
    scoreIn: recipe.scoreIn,
  };
  const [first] = requests.requests;
  const ready = async () => {
    const origin = `http://127.0.0.1:${port}`;
    if (recipe.readyPath !== null) return (await fetch(origin + recipe.readyPath)).status === 200;
    return (await fetch(origin + requestPath, { method: 'POST', body: first?.body ?? '' })).status === 200;
  };
  try {
    await untilReady({ name, process: started, logFile }, ready, { timeoutMs: 120_000 });
  } catch (error) {
    await started.stop(5000);
    throw error;
  }
  return target;
}
