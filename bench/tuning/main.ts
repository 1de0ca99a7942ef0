import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/output.ts';
import { packageFile } from '../../src/package-root.ts';
import type { SearchPolicy } from '../../src/search/state.ts';
import { Random } from '../../src/training/random.ts';
import { barTable } from '../bar-table.ts';
import { type Bar, judge, summary } from '../bars.ts';
import { machineFacts } from '../machine.ts';
import { bikeDemand, electricity, income } from '../training/examples.ts';
import type { Problem } from '../training/problem.ts';
import { replayedSearch } from './replayed-search.ts';
import { type TrialScore, trialScores, written } from './trial-scores.ts';

const problems: Readonly<Record<string, Problem>> = { electricity, bikes: bikeDemand, income };
const usage = `npm run bench:tuning [-- --quick] [-- --only ${Object.keys(problems).join(',')}]
  --quick  few trials, for work on the bench itself: bars are not judged
  --only   these data sets; bars of the others are not judged`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',') ?? Object.keys(problems);
if (options.help || wanted.some((name) => problems[name] === undefined)) {
  console.error(usage);
  process.exit(options.help ? 0 : 2);
}

/** Trials whose scores are measured, and how often they are put in another order. */
const [known, orders] = options.quick ? [6, 50] : [32, 500];
/** What a search may use: trainings in full. */
const [budget, half] = [8, 4];
const shares = [1 / 9, 1 / 3, 1];
/** What no search within the budget comes to. */
const mostTried = 100;

/** Mean of what searches came to, over all orders. */
interface Outcome extends TrialScore {
  readonly search: string;
  readonly budget: number;
  readonly trials: number;
}
interface Comparison {
  readonly problem: Problem;
  readonly scores: readonly (readonly TrialScore[])[];
  readonly outcomes: readonly Outcome[];
}

const machine = machineFacts();
const found: Comparison[] = [];
for (const name of wanted) {
  const problem = problems[name] as Problem;
  const rows = await problem.rows(1);
  const scores: TrialScore[][] = [];
  for (let trial = 1; trial <= known; trial++) {
    scores.push(await trialScores(problem, rows, trial, shares));
    console.error(`${problem.name}: trial ${trial} of ${known}: ${(scores.at(-1)?.at(-1)?.searched ?? NaN).toFixed(4)}`);
  }
  const outcomes = [half, budget, 2 * budget].flatMap((trainings) =>
    (trainings > budget ? [1] : [1, 3]).map((rungs) => outcome(problem, scores, trainings, rungs)),
  );
  found.push({ problem, scores, outcomes });
}
report();

/** @param rungs 1: a random search */
function outcome(problem: Problem, scores: readonly (readonly TrialScore[])[], trainings: number, rungs: number): Outcome {
  const policy: SearchPolicy = {
    space: { any: { from: 0, to: 1, scale: 'linear', whole: false } },
    ...{ seed: 1, trials: 500, forMs: null, workMs: trainings, parallel: 4, reduction: 3, rungs },
    ...{ metric: 'any', higherIsBetter: problem.task !== 'regression' },
  };
  const all = Array.from({ length: orders }, (_, i) => replayedSearch(inOrder(scores, i + 1), policy));
  const mean = (value: (one: (typeof all)[number]) => number) => all.reduce((sum, one) => sum + value(one), 0) / all.length;
  return {
    search: rungs === 1 ? 'random' : 'halving',
    budget: trainings,
    trials: mean(({ trials }) => trials),
    share: mean(({ share }) => share),
    searched: mean(({ searched }) => searched),
    held: mean(({ held }) => held),
  };
}

/** The parameters as written first, and the others in an order that is drawn; over again where a search tries more than are known. */
function inOrder<T>([first, ...others]: readonly T[], seed: number): T[] {
  const random = new Random(seed);
  const left = [...others];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.below(left.length), 1));
  const again = Array.from({ length: Math.ceil(mostTried / drawn.length) }, () => drawn).flat();
  return [...(first === undefined ? [] : [first]), ...again];
}

function report(): void {
  const of = (comparison: Comparison | undefined, search: string, trainings: number) =>
    comparison?.outcomes.find((one) => one.search === search && one.budget === trainings)?.searched ?? null;
  const bars = Object.values(problems).flatMap((problem): Bar[] => {
    const comparison = found.find((one) => one.problem === problem);
    const isLoss = problem.task === 'regression';
    const what = isLoss ? 'RMSE' : '1 - AUC';
    const ratio = (halving: number | null, random: number | null) =>
      halving === null || random === null ? null : isLoss ? halving / random : (1 - halving) / (1 - random);
    return [
      {
        name: `${problem.name}: ${what} of halving, of random search with as much`,
        value: ratio(of(comparison, 'halving', budget), of(comparison, 'random', budget)),
        ...{ unit: 'x', wanted: 'at most', bar: 1 },
      },
      {
        name: `${problem.name}: ${what} of halving, of random search with twice as much`,
        value: ratio(of(comparison, 'halving', budget), of(comparison, 'random', 2 * budget)),
        ...{ unit: 'x', wanted: 'at most', bar: 1.005 },
      },
    ];
  });
  const file = path.join(packageFile('bench/results'), `tuning-${machine.at.replaceAll(/[:.]/g, '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const results = found.map(({ problem, ...rest }) => ({ problem: problem.name, ...rest }));
  const raw = { machine, quick: options.quick, written, bars: bars.map((bar) => judge(bar) ?? bar), results };
  writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
  const head = ['', 'search', 'trainings', 'trials', 'on the rows searched by', 'held out'];
  const lines = found.flatMap(({ problem, scores, outcomes }) => {
    const asWritten = scores[0]?.at(-1);
    const digits = (value: number) => value.toFixed(problem.task === 'regression' ? 2 : 4);
    return [
      [problem.name, 'none', 1, 1, digits(asWritten?.searched ?? NaN), digits(asWritten?.held ?? NaN)],
      ...outcomes.map((one) => ['', one.search, one.budget, one.trials.toFixed(1), digits(one.searched), digits(one.held)]),
    ];
  });
  console.log(`\nAUC, or RMSE: means of ${orders} orders of ${known} trials\n${table(head, lines)}`);
  console.log(`\nRaw results: bench/results/${path.basename(file)}\n`);
  console.log(barTable(bars, !options.quick));
  const verdicts = bars.flatMap((bar) => judge(bar) ?? []);
  console.log(options.quick ? 'A quick run: no bar is judged.' : summary(verdicts));
  process.exitCode = options.quick || verdicts.every(({ held }) => held) ? 0 : 1;
}
