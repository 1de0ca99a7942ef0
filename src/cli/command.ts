import type { Command } from 'commander';
import { asPawlError } from './fault.ts';
import { exitCodes, printError } from './output.ts';
import { Session } from './session.ts';

export interface Context {
  readonly session: Session;
  readonly json: boolean;
}

/** A command's action with its session opened, closed, and its errors told; the return value is the exit code. */
export function action<A extends unknown[]>(
  run: (context: Context, ...args: A) => Promise<number>,
): (...args: [...A, Command]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const json = command.optsWithGlobals<{ json?: boolean }>().json ?? false;
    const session = new Session();
    try {
      process.exitCode = await run({ session, json }, ...(args.slice(0, -1) as unknown as A));
    } catch (error) {
      const known = asPawlError(error);
      printError(json, known);
      // Only a fault of pawl itself is told by where it happened.
      if (known.code === 'PAWL_INTERNAL' && !json && error instanceof Error) process.stderr.write(`${error.stack}\n`);
      process.exitCode = exitCodes.failed;
    } finally {
      await session.close();
    }
  };
}
