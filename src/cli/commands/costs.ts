import { type Command, Option } from 'commander';
import { findSpec, getSpec } from '../../registry/specs.ts';
import { releaseWork } from '../../registry/release-work.ts';
import { type Grouping, groupings, stepCosts } from '../../registry/step-costs.ts';
import { costLines } from '../../steps/cost-report.ts';
import { releaseCost } from '../../watch/release-cost.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { costsText } from '../costs-text.ts';
import { exitCodes, print } from '../output.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly by?: Grouping;
  readonly since?: string;
}

const month = 30 * 24 * 3_600_000;

export function addCosts(program: Command): void {
  program
    .command('costs')
    .description('what the steps of releases used and cost, and what was spared by taking them from earlier ones')
    .argument('[model]')
    .addOption(new Option('--by <group>', 'what to add up by (default: step with a model, model without)').choices(groupings))
    .option('--since <time>', 'steps that began at or after it (default: 30 days ago)', time)
    .action(
      action(async ({ session, json }, model: string | undefined, options: Options) => {
        if (model !== undefined) await session.requireModel(model);
        const by = options.by ?? (model === undefined ? 'model' : 'step');
        const since = new Date(options.since ?? Date.now() - month);
        const uses = await stepCosts(session.registry, { by, since, ...(model === undefined ? {} : { model }) });
        const specs = new Map(
          await Promise.all(
            [...new Set(uses.map((use) => use.model))].map(
              async (name) => [name, (await findSpec(session.registry, name))?.spec.cost] as const,
            ),
          ),
        );
        const lines = costLines(uses, (name) => specs.get(name));
        const budget = model === undefined ? null : await budgetOf(session, model);
        print(json, { by, since: since.toISOString(), lines, budget }, () => costsText(lines, by, since, budget));
        return exitCodes.done;
      }),
    );
}

/** What is spent of the budget of a month; null where none is stated. */
async function budgetOf({ registry }: Session, model: string) {
  const { spec } = await getSpec(registry, model);
  const { thisMonth, next } = await releaseWork(registry, model);
  return releaseCost(spec, thisMonth, next).cost ?? null;
}
