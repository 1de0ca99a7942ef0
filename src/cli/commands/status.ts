import type { Command } from 'commander';
import { listModels } from '../../registry/specs.ts';
import { action } from '../command.ts';
import { modelStatus, statusText } from '../model-status.ts';
import { exitCodes, print } from '../output.ts';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('who answers, what is on trial, what runs and why')
    .argument('[model]')
    .action(
      action(async ({ session, json }, model: string | undefined) => {
        if (model !== undefined) await session.requireModel(model);
        const models = model === undefined ? await listModels(session.registry) : [model];
        const all = await Promise.all(models.map((name) => modelStatus(session.registry, name)));
        print(json, model === undefined ? all : all[0], () =>
          all.length === 0 ? 'No model yet: pawl apply.' : all.map(statusText).join('\n'),
        );
        return exitCodes.done;
      }),
    );
}
