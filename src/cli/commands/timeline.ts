import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TimelineRow } from '../../registry/timeline.ts';
import { timeline } from '../../registry/timeline.ts';
import { action } from '../command.ts';
import { modelStatus, statusText } from '../model-status.ts';
import { exitCodes, print, when } from '../output.ts';

const line = (row: TimelineRow) => `${when(row.at)}  ${row.kind.padEnd(9)} ${row.because}`;

export function addTimeline(program: Command): void {
  program
    .command('timeline')
    .description('everything that was decided, asked and done, in order')
    .argument('<model>')
    .option('--limit <n>', 'the newest so many lines', '200')
    .action(
      action(async ({ session, json }, model: string, options: { limit: string }) => {
        const rows = await timeline(session.registry, model, Number(options.limit));
        print(json, rows, () => (rows.length === 0 ? `Nothing has happened to ${model} yet.` : rows.map(line).join('\n')));
        return exitCodes.done;
      }),
    );

  program
    .command('watch')
    .description('status now, then every line of the timeline as it comes, until Ctrl-C')
    .argument('<model>')
    .action(
      action(async ({ session, json }, model: string) => {
        if (!json) process.stdout.write(`${statusText(await modelStatus(session.registry, model))}\n`);
        const told = new Set<string>();
        const stop = new AbortController();
        process.once('SIGINT', () => stop.abort());
        while (!stop.signal.aborted) {
          for (const row of await timeline(session.registry, model, 100)) {
            const text = json ? JSON.stringify(row) : line(row);
            if (!told.has(text)) process.stdout.write(`${text}\n`);
            told.add(text);
          }
          await sleep(1000);
        }
        return exitCodes.done;
      }),
    );
}
