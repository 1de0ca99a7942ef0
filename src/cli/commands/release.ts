import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { releaseOptions } from '../../messages/release.ts';
import { askForRelease } from '../ask-release.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { whoAsks } from '../session.ts';

interface Options {
  readonly reason: string;
  readonly wait?: boolean;
  readonly by?: string;
  readonly asOf?: string;
  readonly overrideGates?: boolean;
  readonly shuffleLabels?: boolean;
}

export function addRelease(program: Command): void {
  const command = program
    .command('release')
    .description('retrain a model and release what comes of it')
    .argument('<model>')
    .option('--reason <text>', 'why; recorded', 'asked by hand')
    .option('--wait', 'wait for its end and exit 0 when promoted, 3 when rejected or rolled back')
    .option('--as-of <time>', 'event time as of which rules about data hold (ISO 8601, UTC without a zone)', time)
    .option('--override-gates', 'let the version through although a gate refuses it; recorded for ever')
    .option('--shuffle-labels', 'train on shuffled labels, to rehearse a bad version (with --override-gates)')
    .option('--by <name>', 'whose name to record (default: yours)')
    .action(
      action(async (context, model: string, options: Options) => {
        if (options.shuffleLabels && !options.overrideGates)
          command.error('--shuffle-labels makes a bad version; it needs --override-gates beside it.');
        await context.session.requireModel(model);
        const request = { requestId: randomUUID(), by: whoAsks(options.by), reason: options.reason, ...releaseOptions(options) };
        return askForRelease(context, model, request, options.wait ?? false);
      }),
    );
}
