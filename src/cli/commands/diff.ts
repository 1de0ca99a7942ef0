import type { Command } from 'commander';
import { action } from '../command.ts';
import { versionNumber } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

export function addDiff(program: Command): void {
  program
    .command('diff')
    .description('two versions side by side: data, parameters, code, metrics, gates, importances, size and latency')
    .argument('<model>')
    .argument('<from>', 'such as v3', versionNumber)
    .argument('<to>', 'such as v5', versionNumber)
    .action(
      action(async ({ session, json }, model: string, from: number, to: number) => {
        await session.requireModel(model);
        const [{ readComparison }, { diffText }] = await Promise.all([
          import('../../evidence/read-comparison.ts'),
          import('../diff-text.ts'),
        ]);
        const diff = await readComparison(session, model, from, to);
        print(json, diff, () => diffText(diff));
        return exitCodes.done;
      }),
    );
}
