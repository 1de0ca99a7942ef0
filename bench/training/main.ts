import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PythonUnavailable, pythonEnvironment } from '../../infra/programs/python-environment.ts';
import { table } from '../../src/cli/output.ts';
import { packageFile } from '../../src/package-root.ts';
import { barTable } from '../bar-table.ts';
import { judge, summary } from '../bars.ts';
import { machineFacts } from '../machine.ts';
import { bikeDemand, electricity, income } from './examples.ts';
import { generated } from './generated.ts';
import type { Problem } from './problem.ts';
import { ftrlBar, gbtBars, head, inThreads, lines, threadCounts } from './report.ts';
import { Bed, type Run } from './run.ts';

const large = generated('1,000,000 x 20', 1_000_000);
const problems: Readonly<Record<string, Problem>> = {
  small: generated('100,000 x 20', 100_000),
  large,
  electricity,
  bikes: bikeDemand,
  income,
};
/** Learned online, beside River. */
const online = { name: 'ftrl, 1,000,000 x 20', problem: large, bins: 16, riverRows: 20_000 };
const names = [...Object.keys(problems), 'ftrl'];
const quickly = ['small', 'electricity', 'bikes', 'income'];
const usage = `npm run bench:training [-- --quick] [-- --only ${names.join(',')}]
  --quick  one round each and without the million rows, for work on the bench itself: bars are not judged
  --only   these only; bars of the others are not judged`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',') ?? (options.quick ? quickly : names);
if (options.help || wanted.some((name) => !names.includes(name))) {
  console.error(usage);
  process.exit(options.help ? 0 : 2);
}
const say = (line: string) => console.error(line);

/** Trees of 31 leaves, as many for everybody. */
const params = { trees: 200, leaves: 31, learning_rate: 0.1 };
const rounds = options.quick ? 1 : 5;

const scratch = mkdtempSync(path.join(tmpdir(), 'pawl-bench-'));
try {
  const python = await pythonEnvironment('bench-training', packageFile('bench/training/peers/requirements.txt'), say);
  const machine = machineFacts();
  const runs: Run[] = [];
  for (const name of wanted)
    runs.push(...(await (name === 'ftrl' ? compareOnline(python) : compare(problems[name] as Problem, python))));
  report(machine, runs);
} catch (error) {
  say(
    error instanceof PythonUnavailable ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** Rounds of pairs, whoever begins in turn; the other peers once, for information. */
async function compare(problem: Problem, python: string): Promise<Run[]> {
  const runs: Run[] = [];
  const keep = async (running: Promise<Run>) => runs.push(told(await running));
  for (let seed = 1; seed <= rounds; seed++) {
    const bed = await Bed.make(scratch, python, problem, seed);
    for (const threads of threadCounts) {
      const pair = [() => bed.pawl('gbt', threads, params), () => bed.peer('lightgbm', threads, params)];
      for (const one of seed % 2 === 1 ? pair : pair.toReversed()) await keep(one());
      if (seed > 1) continue;
      await keep(bed.peer('xgboost', threads, params));
      await keep(bed.peer('scikit-learn', threads, params));
    }
    await bed.end();
  }
  return runs;
}

/** Rounds of pairs, on the same bins: River is handed a dict a row, made before the clock starts. */
async function compareOnline(python: string): Promise<Run[]> {
  const { name, problem, bins, riverRows } = online;
  const settings = { alpha: 0.1, beta: 1, l1: 0, l2: 1, bins };
  const runs: Run[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const bed = await Bed.make(scratch, python, { ...problem, name }, seed);
    const pair = [() => bed.pawl('ftrl', 1, settings), () => bed.river(riverRows, settings)];
    for (const one of seed % 2 === 1 ? pair : pair.toReversed()) runs.push(told(await one()));
    await bed.end();
  }
  return runs;
}

function told(run: Run): Run {
  const { problem, by, threads, seed, seconds, quality, memory } = run;
  const what = `${problem}, seed ${seed}, ${inThreads(threads)}: ${by}`;
  say(`${what} ${seconds.toFixed(2)} s, ${(memory / 2 ** 20).toFixed(0)} MiB, ${quality.toFixed(4)}`);
  return run;
}

function report(machine: ReturnType<typeof machineFacts>, runs: readonly Run[]): void {
  const bars = [...Object.values(problems).flatMap((problem) => gbtBars(problem, runs)), ftrlBar(online.name, runs)];
  const verdicts = bars.flatMap((bar) => judge(bar) ?? []);
  const file = path.join(packageFile('bench/results'), `training-${machine.at.replaceAll(/[:.]/g, '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const raw = { machine, quick: options.quick, params, bars: bars.map((bar) => judge(bar) ?? bar), runs };
  writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
  console.log(`\nMedians; time as a multiple of LightGBM's\n${table(head, lines(runs))}`);
  console.log(`\nRaw results: bench/results/${path.basename(file)}\n`);
  console.log(barTable(bars, !options.quick));
  if (options.quick) {
    console.log(`A quick run: no bar is judged, ${verdicts.length} of ${bars.length} were measured.`);
    return;
  }
  console.log(summary(verdicts));
  process.exitCode = verdicts.length > 0 && verdicts.every(({ held }) => held) ? 0 : 1;
}
