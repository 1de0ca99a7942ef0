import type { Command } from 'commander';
import { action } from '../command.ts';
import { positiveInteger } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly directory: string;
  readonly trainers: number;
}

export function addDev(program: Command): void {
  program
    .command('dev')
    .description(
      'start everything on this machine and keep it running until Ctrl-C; a second start goes on where the first stopped',
    )
    .option('--directory <folder>', 'where its state lives; other commands find one named .pawl by themselves', '.pawl')
    .option('--trainers <n>', 'training workers', positiveInteger, 1)
    .action(
      action(async ({ json }, options: Options) => {
        const { startDevStack } = await import('../../../infra/dev/stack.ts');
        const stack = await startDevStack({
          directory: options.directory,
          trainers: options.trainers,
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
