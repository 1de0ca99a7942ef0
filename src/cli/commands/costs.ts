import { type Command, Option } from 'commander';
import { findSpec, getSpec } from '../../registry/specs.ts';
import { releaseWork } from '../../registry/release-work.ts';
import { type Grouping, groupings, stepCosts } from '../../registry/step-costs.ts';
import { type CostLine, costLines } from '../../steps/cost-report.ts';
import { inWords, lasting, listed } from '../../stats/wording.ts';
import { releaseCost } from '../../watch/release-cost.ts';
import { action } from '../command.ts';
import { time } from '../option-values.ts';
import { exitCodes, print, table, when } from '../output.ts';
import type { Price } from '../../steps/prices.ts';
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

function costsText(lines: readonly CostLine[], by: Grouping, since: Date, budget: Awaited<ReturnType<typeof budgetOf>>): string {
  if (lines.length === 0) return `No step began since ${when(since)}.`;
  const rows = lines.map((line) => [
    line.name ?? '(none)',
    inWords(line.releases),
    `${inWords(line.done)}${line.failed + line.unfinished === 0 ? '' : ` (${inWords(line.failed + line.unfinished)} not done)`}`,
    inWords(line.taken),
    inWords(line.trials),
    lasting(line.cpuMs),
    lasting(line.wallMs),
    bytes(line.bytesRead),
    bytes(line.bytesWritten),
    amounts(line.cost, line.unpriced),
    amounts(line.saved, line.unpriced),
  ]);
  const unpriced = [...new Set(lines.flatMap((line) => line.unpriced))];
  const notes = [
    ...(unpriced.length === 0 ? [] : [`No rates are stated for ${listed(unpriced)}: see \`cost\` in pawl.yaml.`]),
    ...(budget === null
      ? []
      : [`${money(budget.spent, budget.currency)} of ${money(budget.monthly, budget.currency)} for the last 30 days are spent.`]),
  ];
  const head = [by, 'releases', 'done', 'taken', 'trials', 'CPU', 'time', 'read', 'written', 'cost', 'saved'];
  return [table(head, rows), ...notes].join('\n');
}

function amounts(prices: readonly Price[], unpriced: readonly string[]): string {
  if (prices.length === 0) return unpriced.length === 0 ? '' : 'no rate';
  return prices.map(({ amount, currency }) => money(amount, currency)).join(' + ');
}

const money = (amount: number, currency: string) => `${amount.toFixed(amount < 0.1 ? 4 : 2)} ${currency}`;

function bytes(count: number): string {
  const [size, unit] = count >= 1e9 ? [1e9, 'GB'] : count >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${Number((count / size).toPrecision(3))} ${unit}`;
}
