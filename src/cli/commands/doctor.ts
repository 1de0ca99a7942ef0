import type { Command } from 'commander';
import { PawlError } from '../../errors.ts';
import { listModels } from '../../registry/specs.ts';
import { openStore } from '../../storage/open-store.ts';
import { action, type Context } from '../command.ts';
import { exitCodes, print } from '../output.ts';

interface Finding {
  readonly part: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Each part is tried for what pawl needs of it, and says in its own words what is wrong. */
const checks: Record<string, (session: Context['session']) => Promise<string>> = {
  node: () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major < 20 || (major === 20 && minor < 19))
      return Promise.reject(new Error(`${process.version}; pawl needs 20.19 or newer`));
    return Promise.resolve(process.version);
  },
  settings: (session) =>
    Promise.resolve(`Temporal ${session.settings.PAWL_TEMPORAL_ADDRESS}, store ${session.settings.PAWL_STORE_URL}`),
  registry: async (session) => `${(await listModels(session.registry)).length} models`,
  store: async (session) => {
    const { PAWL_STORE_URL: url, PAWL_S3_ENDPOINT: s3Endpoint } = session.settings;
    const store = openStore(url, s3Endpoint === undefined ? {} : { s3Endpoint });
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
  gateway: async (session) => {
    const url = `http://${session.settings.PAWL_GATEWAY_HOST}:${session.settings.PAWL_GATEWAY_PORT}`;
    const response = await fetch(`${url}/readyz`);
    return `${url} is ${response.ok ? 'ready' : 'up, not ready yet'}`;
  },
};

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check every part that the settings name')
    .action(
      action(async ({ session, json }) => {
        const findings: Finding[] = [];
        for (const [part, check] of Object.entries(checks)) findings.push(await find(part, () => check(session)));
        print(json, findings, () =>
          findings.map(({ part, ok, detail }) => `${ok ? 'ok    ' : 'FAILED'}  ${part.padEnd(9)} ${detail}`).join('\n'),
        );
        return findings.every((finding) => finding.ok) ? exitCodes.done : exitCodes.failed;
      }),
    );
}

async function find(part: string, check: () => Promise<string>): Promise<Finding> {
  try {
    return { part, ok: true, detail: await check() };
  } catch (error) {
    if (error instanceof PawlError)
      return {
        part,
        ok: false,
        detail: `${error.code}: ${[error.message, ...error.problems.map((problem) => problem.message)].join(' ')} ${error.todo}`,
      };
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return { part, ok: false, detail: `${error instanceof Error ? error.message : String(error)}${cause}` };
  }
}
