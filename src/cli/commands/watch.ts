import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { TransientError } from '../../errors.ts';
import { timeline } from '../../registry/timeline.ts';
import { action } from '../command.ts';
import { modelStatus, statusText } from '../model-status.ts';
import { exitCodes, timelineText } from '../output.ts';

/** How often the registry is asked, ms. */
const interval = 1000;
/** Lines of the timeline that each look takes. */
const lines = 200;

export function addWatch(program: Command): void {
  program
    .command('watch')
    .description('status now, then every line of the timeline as it comes, until Ctrl-C')
    .argument('<model>')
    .action(
      action(async ({ session, json }, model: string) => {
        const stop = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
        await session.requireModel(model);
        if (!json) process.stdout.write(`${statusText(await modelStatus(session.registry, model))}\n`);
        let told = new Set<string>();
        let away = false;
        while (!stop.signal.aborted) {
          try {
            const seen = (await timeline(session.registry, model, lines)).map((row) => ({
              key: JSON.stringify(row),
              text: json ? JSON.stringify(row) : timelineText(row),
            }));
            for (const { key, text } of seen) if (!told.has(key)) process.stdout.write(`${text}\n`);
            told = new Set(seen.map(({ key }) => key));
            away = false;
          } catch (error) {
            if (!(error instanceof TransientError)) throw error;
            if (!away) process.stderr.write(`${error.message} Trying again until it is back.\n`);
            away = true;
          }
          await sleep(interval, null, { signal: stop.signal }).catch(() => null);
        }
        return exitCodes.done;
      }),
    );
}
