import type { Command } from 'commander';
import { FinalError } from '../../errors.ts';
import { listReigns, readChampionAt } from '../../registry/champion-at.ts';
import { championText, reignsText } from '../champion-text.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly at?: string;
  readonly list?: boolean;
}

export function addChampion(program: Command): void {
  program
    .command('champion')
    .description('which version is or was in charge, since when, who or what put it there, and on what evidence')
    .argument('<model>')
    .option('--at <time>', 'at this moment (ISO 8601, UTC without a zone; default: now)', time)
    .option('--list', 'who led from when until when')
    .action(
      action(async ({ session, json }, model: string, { at, list }: Options) => {
        if (list && at !== undefined)
          throw new FinalError('PAWL_USAGE_INVALID', '`--list` tells of all times, and `--at` of one: name one of them.');
        const moment = at === undefined ? new Date() : new Date(at);
        if (moment.getTime() > Date.now()) throw new FinalError('PAWL_USAGE_INVALID', `--at ${at} has not come yet.`);
        await session.requireModel(model);
        if (list) {
          const reigns = await listReigns(session.registry, model);
          print(json, reigns, () => (reigns.length === 0 ? `${model} has had no champion yet.` : reignsText(reigns)));
          return exitCodes.done;
        }
        const found = await readChampionAt(session.registry, model, moment);
        print(json, { model, ...found }, () => championText(model, found, at !== undefined));
        return exitCodes.done;
      }),
    );
}
