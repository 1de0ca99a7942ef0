import { temporalDownload } from './download.ts';
import { goInstall } from './go-install.ts';
import { type Platform, thisPlatform } from './platform.ts';
import type { Program } from './program.ts';
import { run } from './run.ts';

const version = '1.5.1';

/** The oldest server whose dev mode has everything that the workflows use (update, worker deployments). */
const oldestServerMinor = 28;

/** Temporal's command line, which holds its development server and its UI. */
export function temporalCli(platform: Platform = thisPlatform()): Program {
  return {
    name: 'temporal',
    version,
    variable: 'PAWL_TEMPORAL_CLI',
    check: checkTemporal,
    ways: [
      temporalDownload('cli', `v${version}`, platform),
      goInstall('github.com/temporalio/cli/cmd/temporal', `v${version}`, 'temporal'),
    ],
  };
}

async function checkTemporal(executable: string): Promise<string | null> {
  let stdout: string;
  try {
    ({ stdout } = await run(executable, ['--version'], { timeoutMs: 20_000 }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const server = /Server (\d+)\.(\d+)/.exec(stdout);
  if (server === null) return 'it is not the Temporal CLI with a development server';
  if (Number(server[1]) === 1 && Number(server[2]) < oldestServerMinor) {
    return `its server is ${server[1] ?? ''}.${server[2] ?? ''}; 1.${String(oldestServerMinor)} or newer is needed`;
  }
  return null;
}
