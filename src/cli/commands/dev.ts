import type { Command } from 'commander';
import { startDevStack } from '../../../infra/dev/stack.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly directory: string;
  readonly trainers: string;
}

export function addDev(program: Command): void {
  program
    .command('dev')
    .description(
      'start everything on this machine and keep it running until Ctrl-C; a second start goes on where the first stopped',
    )
    .option('--directory <folder>', 'where its state lives', '.pawl')
    .option('--trainers <n>', 'training workers', '1')
    .action(
      action(async ({ json }, options: Options) => {
        const stack = await startDevStack({
          directory: options.directory,
          trainers: Math.max(1, Number.parseInt(options.trainers, 10) || 1),
          say: (line) => process.stderr.write(`${line}\n`),
          exitCode: exitCodes.done,
        });
        const { gateway, temporal, temporalUi, logs } = stack.addresses;
        print(json, stack.addresses, () =>
          [
            '',
            `gateway      ${gateway}`,
            `Temporal     ${temporal}`,
            `Temporal UI  ${temporalUi}`,
            `logs         ${logs}`,
            '',
            'Next, in a second terminal: pawl apply   (Ctrl-C here stops everything)',
          ].join('\n'),
        );
        await stack.stopped;
        return exitCodes.done;
      }),
    );
}
