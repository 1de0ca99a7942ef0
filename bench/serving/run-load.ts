import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { packageFile } from '../../src/package-root.ts';
import type { LoadPlan, LoadResult } from './load-client/plan.ts';
import { usageOf } from './process-usage.ts';
import type { Target, TargetName } from './targets/target.ts';

export type Load = Pick<LoadPlan, 'connections' | 'rate' | 'warmUp' | 'duration'>;

/** One load on one target: what was asked, what came back, what it cost. */
export interface Measurement extends LoadResult {
  readonly target: TargetName;
  readonly load: Load;
  /** Processor time of the target and all that it started, µs a request. */
  readonly cpuPerRequest: number;
}

/** A caller waits no longer for its answer, ms. */
const timeoutMs = 5000;

/**
 * Runs the load client, in its own process, against a target that has come to rest.
 * @param during begins with the measured time; the measurement ends when both are over
 */
export async function runLoad(target: Target, load: Load, during?: () => Promise<void>): Promise<Measurement> {
  await untilQuiet(target);
  const before = await usageOf(target.process.pid);
  const { port, requestsFile, countBy } = target;
  const [result] = await Promise.all([
    runClient({ ...load, port, requestsFile, timeoutMs, countBy }),
    during === undefined ? null : wait(load.warmUp * 1000).then(during),
  ]);
  const after = await usageOf(target.process.pid);
  return { ...result, target: target.name, load, cpuPerRequest: ((after.cpu - before.cpu) * 1e6) / result.total };
}

async function runClient(plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [packageFile('dist/bench/serving/load-client/main.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stdin.end(JSON.stringify(plan));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The load client ended with ${code}.`);
  return JSON.parse(text) as LoadResult;
}

/** Waits, at most some seconds, until a target has finished what the load before left it, such as shipping a log. */
async function untilQuiet(target: Target): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const { cpu } = await usageOf(target.process.pid);
    await wait(500);
    // Less than a twentieth of a core.
    if ((await usageOf(target.process.pid)).cpu - cpu < 0.025) return;
  }
}
