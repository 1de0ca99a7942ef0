import type { Observation } from '../monitoring/state.ts';
import type { Grouping } from '../registry/step-costs.ts';
import { inWords, lasting, listed } from '../stats/wording.ts';
import type { CostLine } from '../steps/cost-report.ts';
import type { Price } from '../steps/prices.ts';
import { table, when } from './output.ts';

/** What groups of steps used and cost, as a table. @param budget of one model; null where none is stated */
export function costsText(
  lines: readonly CostLine[],
  by: Grouping,
  since: Date,
  budget: NonNullable<Observation['cost']> | null,
): string {
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
