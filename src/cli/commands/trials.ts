import type { Command } from 'commander';
import { getDecision } from '../../registry/decisions.ts';
import { getRelease } from '../../registry/releases.ts';
import { lastSearch, listTrials } from '../../registry/trials.ts';
import { action } from '../command.ts';
import { exitCodes, print } from '../output.ts';
import { type SearchReport, searchReport, trialsText } from '../trials-text.ts';

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
        const report: SearchReport | null =
          release === null
            ? null
            : searchReport(
                release,
                await listTrials(session.registry, release),
                await getDecision(session.registry, `${release}/search/chosen`),
              );
        print(json, report, () => (report === null ? `No release of ${model} has searched its parameters.` : trialsText(report)));
        return exitCodes.done;
      }),
    );
}
