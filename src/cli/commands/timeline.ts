import type { Command } from 'commander';
import { timeline } from '../../registry/timeline.ts';
import { action } from '../command.ts';
import { positiveInteger } from '../option-values.ts';
import { exitCodes, print, timelineText } from '../output.ts';

export function addTimeline(program: Command): void {
  program
    .command('timeline')
    .description('everything that was decided, asked and done, in order')
    .argument('<model>')
    .option('--limit <n>', 'the newest so many lines', positiveInteger, 200)
    .action(
      action(async ({ session, json }, model: string, options: { limit: number }) => {
        await session.requireModel(model);
        const rows = await timeline(session.registry, model, options.limit);
        print(json, rows, () =>
          rows.length === 0 ? `Nothing has happened to ${model} yet.` : rows.map(timelineText).join('\n'),
        );
        return exitCodes.done;
      }),
    );
}
