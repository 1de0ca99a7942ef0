import { type Command, Option } from 'commander';
import { FinalError } from '../../errors.ts';
import { getChampion } from '../../registry/champion.ts';
import type { Registry } from '../../registry/registry.ts';
import { action } from '../command.ts';
import { versionNumber } from '../option-values.ts';
import { exitCodes, print } from '../output.ts';

interface Options {
  readonly format?: 'markdown' | 'cyclonedx';
  readonly out?: string;
}

export function addCard(program: Command): void {
  program
    .command('card')
    .description('the model card of a version: purpose, owner, data, metrics with intervals, slices, groups, limits, approvals')
    .argument('<model>')
    .argument('[version]', 'such as v3 (default: the champion)', versionNumber)
    .addOption(
      new Option('--format <format>', 'markdown for people (the default), cyclonedx for machines').choices([
        'markdown',
        'cyclonedx',
      ]),
    )
    .option('--out <file>', 'write it there')
    .action(
      action(async ({ session, json }, model: string, version: number | undefined, options: Options) => {
        await session.requireModel(model);
        const [{ modelCard }, { cardMarkdown }, { cardCycloneDx }, { readVersionHistory }, { writeOut }] = await Promise.all([
          import('../../evidence/model-card.ts'),
          import('../../evidence/card-markdown.ts'),
          import('../../evidence/card-cyclonedx.ts'),
          import('../../registry/version-history.ts'),
          import('../write-out.ts'),
        ]);
        const number = version ?? (await championOf(session.registry, model));
        const card = modelCard(await readVersionHistory(session.registry, model, number));
        const bom = cardCycloneDx(card);
        const written = options.format === 'cyclonedx' ? `${JSON.stringify(bom, null, 2)}\n` : cardMarkdown(card);
        if (options.out !== undefined) await writeOut(options.out, written);
        const value = options.format === 'cyclonedx' ? bom : card;
        print(json, value, () =>
          options.out === undefined ? written.trimEnd() : `${options.out}: the card of v${number} of ${model}.`,
        );
        return exitCodes.done;
      }),
    );
}

/** @throws FinalError PAWL_VERSION_NOT_FOUND */
async function championOf(registry: Registry, model: string): Promise<number> {
  const champion = await getChampion(registry, model);
  if (champion === null)
    throw new FinalError('PAWL_VERSION_NOT_FOUND', `${model} has no champion yet; name a version, such as v1.`);
  return champion.version;
}
