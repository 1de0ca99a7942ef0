import type { Command } from 'commander';
import { type SearchReport, searchReport } from '../../evidence/search-report.ts';
import { getRelease } from '../../registry/releases.ts';
import { lastSearch, readSearch } from '../../registry/trials.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';
import { trialsText } from '../trials-text.ts';

export function addTrials(program: Command): void {
  program
    .command('trials')
    .description('what a search for parameters tried before the training, and what was chosen')
    .argument('<model>')
    .argument('[release]', 'its number, or MODEL/number; the newest that has searched')
    .action(
      action(async ({ session, json }, model: string, named: string | undefined) => {
        await session.requireModel(model);
        const asked = named === undefined || named.includes('/') ? named : `${model}/${named}`;
        if (asked !== undefined) await getRelease(session.registry, asked);
        const release = asked ?? (await lastSearch(session.registry, model));
        const search = release === null ? null : await readSearch(session.registry, release);
        const report: SearchReport | null = search === null ? null : searchReport(search);
        const none =
          asked === undefined ? `No release of ${model} has searched its parameters.` : `${asked} has tried no parameters.`;
        print(json, report, () => (report === null ? none : trialsText(report)));
        return exitCodes.done;
      }),
    );
}
