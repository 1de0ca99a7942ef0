import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/output.ts';
import { packageFile } from '../../src/package-root.ts';
import { percent } from '../../src/stats/wording.ts';
import { barTable } from '../bar-table.ts';
import { type Bar, judge, summary } from '../bars.ts';
import { machineFacts } from '../machine.ts';
import { median } from '../statistics.ts';
import { type Failure, failingChallengers, type Rollback } from './failing-challenger.ts';
import { type LookCost, lookCost } from './look-cost.ts';

const usage = `npm run bench:rollbacks [-- --quick]
  --quick  shortens everything, for work on the bench itself: bars are not judged`;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (options.help) {
  console.error(usage);
  process.exit(0);
}
const say = (line: string) => console.error(line);

/** A challenger that fails always, and one that fails now and then, each early in its ramp and later. */
const failures: readonly Failure[] = [
  { share: 0.05, failing: 1 },
  { share: 0.05, failing: 0.2 },
  { share: 0.25, failing: 1 },
  { share: 0.25, failing: 0.2 },
];
const times = options.quick ? 1 : 3;

const machine = machineFacts();
const directory = mkdtempSync(path.join(tmpdir(), 'pawl-bench-'));
try {
  say('A challenger begins to fail in its ramp: 200 requests a second, two gateways.');
  const found = await failingChallengers(
    directory,
    Array.from({ length: times }, () => failures.slice(0, options.quick ? 1 : undefined)).flat(),
    say,
  );
  const seconds = options.quick ? 3600 : 86_400;
  say(`A guard looks at a step of ${seconds / 3600} h, two gateways with a window a second.`);
  report(found, await lookCost(directory, seconds, 20));
} finally {
  await rm(directory, { recursive: true, force: true });
}

function report(rollbacks: readonly Rollback[], looks: LookCost): void {
  const bars = barsOf(rollbacks, looks);
  const verdicts = bars.flatMap((bar) => judge(bar) ?? []);
  const file = path.join(packageFile('bench/results'), `rollbacks-${machine.at.replace(/[:.]/g, '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, quick: options.quick, bars, rollbacks, looks }, null, 2)}\n`);
  const rows = failures.flatMap(({ share, failing }) => {
    const these = rollbacks.filter((one) => one.share === share && one.failing === failing);
    if (these.length === 0) return [];
    const of = (part: 'decided' | 'everywhere' | 'lastAnswer') => seconds(median(these.map((one) => one[part])));
    const slowest = seconds(Math.max(...these.map(({ everywhere }) => everywhere)));
    return [[percent(share), percent(failing), of('decided'), of('everywhere'), slowest, of('lastAnswer')]];
  });
  const head = ['share', 'rows that fail', 'decided', 'in force everywhere', 'slowest', 'last answer'];
  console.log(`\nSeconds after the first error, medians of ${times}\n${table(head, rows)}`);
  const { windows, anew, first, median: usual, longest } = looks;
  console.log(`\nWhat a look takes on ${windows.toLocaleString('en')} windows, ms`);
  console.log(
    table(
      ['first look of a guard', 'each second', 'longest', 'all added anew'],
      [[first, usual, longest, anew].map((ms) => Math.round(ms))],
    ),
  );
  console.log(`\nRaw results: bench/results/${path.basename(file)}\n`);
  console.log(barTable(bars, !options.quick));
  if (options.quick) return;
  console.log(summary(verdicts));
  process.exitCode = verdicts.every(({ held }) => held) ? 0 : 1;
}

function barsOf(rollbacks: readonly Rollback[], looks: LookCost): Bar[] {
  const bar = (name: string, unit: string, most: number, value: number): Bar => ({
    name,
    unit,
    wanted: 'at most',
    bar: most,
    value,
  });
  const everywhere = rollbacks.map((one) => one.everywhere / 1000);
  return [
    bar('from the first error until every gateway is on the champion, the slowest', 's', 120, Math.max(...everywhere)),
    bar('the same of a challenger that fails always, the median', 's', 5, median(alwaysFailing(rollbacks))),
    bar('requests that nobody answered', '', 0, Math.max(...rollbacks.map(({ unanswered }) => unanswered))),
    bar('a look on a step of a day, the median', 'ms', 200, looks.median),
    bar('the first look of a guard there', 'ms', 200, looks.first),
  ];
}

function alwaysFailing(rollbacks: readonly Rollback[]): number[] {
  return rollbacks.filter(({ failing }) => failing === 1).map(({ everywhere }) => everywhere / 1000);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
