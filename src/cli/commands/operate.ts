import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { PawlError } from '../../errors.ts';
import { breakGlass } from '../../registry/break-glass.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';
import { whoAsks } from '../session.ts';

const verbs = {
  promote: 'give the version on trial everything now; rollback rules still hold',
  rollback: 'end the rollout, or put the champion before this one back',
  pause: 'hold the rollout where it is and start no release of your own accord',
  resume: 'undo a pause',
  approve: 'let the version that waits for approval go on',
  reject: 'end the release that waits for approval',
} as const;

interface Options {
  readonly reason: string;
  readonly by?: string;
  readonly breakGlass?: boolean;
}

export function addOperate(program: Command): void {
  for (const [verb, description] of Object.entries(verbs) as [keyof typeof verbs, string][]) {
    const command = program
      .command(verb)
      .description(description)
      .argument('<model>')
      .requiredOption('--reason <text>', 'why; recorded')
      .option('--by <name>', 'whose name to record (default: yours)');
    if (verb === 'rollback')
      command.option('--break-glass', 'write a new traffic epoch straight to the registry: for when Temporal is down');
    command.action(
      action(async ({ session, json }, model: string, options: Options) => {
        const by = whoAsks(options.by);
        if (options.breakGlass) {
          const done = await breakGlass(session.registry, { model, by, reason: options.reason, operationId: randomUUID() });
          print(json, { action: verb, ...done }, () => `${done.because} (revision ${done.revision})`);
          return exitCodes.done;
        }
        const client = await session.client();
        const { ask } = await import('../monitor-client.ts');
        const answer = await ask(client, model, verb, { by, reason: options.reason }).catch(async (error: unknown) => {
          // A name mistyped has no monitor either.
          if (error instanceof PawlError && error.code === 'PAWL_MONITOR_NOT_RUNNING') await session.requireModel(model);
          throw error;
        });
        print(json, answer, () => `${answer.because}${answer.revision === undefined ? '' : ` (revision ${answer.revision})`}`);
        return exitCodes.done;
      }),
    );
  }
}
