import type { Command } from 'commander';
import { FinalError, TransientError } from '../../errors.ts';
import { examineKeys } from '../../attestation/examine-keys.ts';
import { configuredLineage } from '../../lineage/configured.ts';
import { configuredMlflow } from '../../mlflow/configured.ts';
import { taskQueues } from '../../messages/names.ts';
import { outboxState } from '../../registry/outbox.ts';
import { listModels } from '../../registry/specs.ts';
import { RayJobs } from '../../training/ray/client.ts';
import { action, type Context } from '../command.ts';
import { counted } from '../../stats/wording.ts';
import { asPawlError } from '../fault.ts';
import { exitCodes, print } from '../output.ts';

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What works, and should not stay as it is. */
  readonly warnings: readonly string[];
}
type Seen = string | Pick<Finding, 'detail' | 'warnings'>;

/** Each part is tried for what pawl needs of it, and says in its own words what is wrong. */
const checks: Record<string, (session: Context['session']) => Promise<Seen>> = {
  node: () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 20 || (major === 20 && minor < 19))
      return Promise.reject(
        new FinalError('PAWL_PROGRAM_MISSING', `This is Node.js ${process.version}; pawl needs 20.19 or newer.`),
      );
    return Promise.resolve(process.version);
  },
  settings: (session) =>
    Promise.resolve(`Temporal ${session.settings.PAWL_TEMPORAL_ADDRESS}, store ${session.settings.PAWL_STORE_URL}`),
  keys: async (session) => Promise.resolve(examineKeys(session.settings)),
  registry: async (session) => {
    const { length } = await listModels(session.registry);
    return `${length} ${length === 1 ? 'model' : 'models'}`;
  },
  store: async (session) => {
    const { store } = session;
    await store.put('doctor/probe', new Uint8Array([1]));
    await store.get('doctor/probe');
    await store.delete('doctor/probe');
    return `${store.root} is readable and writable`;
  },
  temporal: async (session) => {
    const client = await session.client();
    const { serverVersion } = await client.workflowService.getSystemInfo({});
    return `server ${serverVersion}, namespace ${client.options.namespace}`;
  },
  pipeline: (session) => workers(session, 'pipeline'),
  training: (session) => workers(session, 'training'),
  mlflow: async (session) => {
    const server = configuredMlflow(session.settings);
    if (server === null) return 'none is named';
    await server.call('experiments/search', { body: { max_results: 1 } });
    return `${server.url} answers`;
  },
  lineage: async (session) => (await configuredLineage(session.settings)?.sink.reach()) ?? 'none is named',
  ray: async ({ settings: { PAWL_RAY_ADDRESS: address, PAWL_RAY_TOKEN: token } }) => {
    if (address === undefined) return 'none is named';
    return `${address} runs Ray ${await new RayJobs(address, token ?? null).version()}`;
  },
  outbox: async (session) => {
    const states = await outboxState(session.registry);
    const late = states.filter(({ because, waiting }) => because !== null && waiting > 0);
    const said = late.map(
      ({ receiver, waiting, since, because }) =>
        `${counted(waiting, 'message')} for ${receiver} since ${since?.toISOString() ?? ''}: ${because ?? ''}`,
    );
    if (late.length > 0)
      throw new TransientError(
        late[0]?.receiver === 'mlflow' ? 'PAWL_MLFLOW_UNAVAILABLE' : 'PAWL_LINEAGE_UNAVAILABLE',
        `There wait ${said.join(' ')}`,
      );
    const refused = states.reduce((sum, state) => sum + state.refused, 0);
    return refused === 0 ? 'nothing waits' : `nothing waits, ${counted(refused, 'message')} were refused for good`;
  },
  gateway: async (session) => {
    const url = session.gateway;
    const response = await fetch(`${url}/readyz`).catch((cause: unknown) => {
      throw new TransientError('PAWL_GATEWAY_UNAVAILABLE', `Nothing answers as a gateway at ${url}.`, { cause });
    });
    return `${url} is ${response.ok ? 'ready' : 'up, not ready yet'}`;
  },
};

/** TASK_QUEUE_TYPE_WORKFLOW and _ACTIVITY of Temporal's API (temporal/api/enums/v1/task_queue.proto): what each asks for. */
const queueTypes: Readonly<Record<string, number>> = { pipeline: 1, training: 2 };

/** How long ago a worker may have asked for work, s: a poll lasts a minute, and who trains asks for nothing meanwhile. */
const silence = { pipeline: 65, training: 300 };

/** How many workers ask a queue for work. */
async function workers(session: Context['session'], kind: 'pipeline' | 'training'): Promise<string> {
  const client = await session.client();
  const queue = taskQueues(session.settings.PAWL_TASK_QUEUE)[kind];
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    // The generated module of the enum has no named exports, so its numbers stand here.
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
    taskQueueType: queueTypes[kind] ?? 0,
  });
  const since = Date.now() / 1000 - silence[kind];
  const there = (pollers ?? []).filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) > since);
  if (there.length === 0)
    throw new TransientError('PAWL_WORKER_UNAVAILABLE', `No ${kind} worker asks the queue ${queue} for work.`);
  return `${there.length} ${there.length === 1 ? 'worker' : 'workers'} on the queue ${queue}`;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check every part that the settings name')
    .action(
      action(async ({ session, json }) => {
        const findings: Finding[] = [];
        for (const [part, check] of Object.entries(checks)) {
          // Without settings there is nothing to try the other parts with.
          if (findings.some((finding) => finding.part === 'settings' && !finding.ok)) break;
          findings.push(await find(part, () => check(session)));
        }
        print(json, findings, () => findings.flatMap(linesOf).join('\n'));
        return findings.every((finding) => finding.ok) ? exitCodes.done : exitCodes.failed;
      }),
    );
}

function linesOf({ part, ok, detail, warnings }: Finding): string[] {
  const line = (state: string, text: string) => `${state.padEnd(7)}  ${part.padEnd(9)} ${text}`;
  return [line(ok ? 'ok' : 'FAILED', detail), ...warnings.map((warning) => line('WARNING', warning))];
}

async function find(part: string, check: () => Promise<Seen>): Promise<Finding> {
  try {
    const seen = await check();
    return { part, ok: true, ...(typeof seen === 'string' ? { detail: seen, warnings: [] } : seen) };
  } catch (error) {
    const { code, message, problems, todo } = asPawlError(error);
    const detail = `${code}: ${[message, ...problems.map((problem) => problem.message)].join(' ')} ${todo}`;
    return { part, ok: false, detail, warnings: [] };
  }
}
