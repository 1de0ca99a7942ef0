import path from 'node:path';
import type { Way } from './program.ts';
import { run } from './run.ts';

/** Builds a Go program from its published module. Needs the Go toolchain. */
export function goInstall(module: string, version: string, name: string): Way {
  return {
    doing: `building it with go install ${module}@${version} (a few minutes, once)`,
    make: async ({ scratch, env, signal }) => {
      await run('go', ['install', '-trimpath', `${module}@${version}`], {
        env: { ...env, GOBIN: scratch },
        cwd: scratch,
        signal,
      });
      return { executable: path.join(scratch, name) };
    },
  };
}
