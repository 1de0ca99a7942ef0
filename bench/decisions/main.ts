import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/output.ts';
import { packageFile } from '../../src/package-root.ts';
import { barTable } from '../bar-table.ts';
import { judge, summary } from '../bars.ts';
import { machineFacts } from '../machine.ts';
import { PythonUnavailable } from '../../infra/programs/python-environment.ts';
import { runDrift } from './drift/run.ts';
import type { Part, PartResult } from './part.ts';
import { runRamps } from './ramps/run.ts';
import { runSpeed } from './speed/run.ts';

const parts: Readonly<Record<string, Part>> = { ramps: runRamps, drift: runDrift, speed: runSpeed };
const usage = `npm run bench:decisions [-- --quick] [-- --only ${Object.keys(parts).join(',')}] [-- --seed N]
  --quick  shortens everything, for work on the bench itself: bars are not judged
  --only   runs these parts; bars of the others are not judged
  --seed   of everything that is drawn, 1 by default`;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const wanted = options.only?.split(',') ?? Object.keys(parts);
if (options.help || wanted.some((part) => parts[part] === undefined) || !/^\d{1,9}$/.test(options.seed)) {
  console.error(usage);
  process.exit(options.help ? 0 : 2);
}
const say = (line: string) => console.error(line);

try {
  const machine = machineFacts();
  const found: PartResult[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (!wanted.includes(name)) continue;
    say(`${name}:`);
    found.push(await part({ seed: Number(options.seed), quick: options.quick, say: (line) => say(`  ${line}`) }));
  }
  report(machine, found);
} catch (error) {
  say(
    error instanceof PythonUnavailable ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  process.exitCode = 1;
}

function report(machine: ReturnType<typeof machineFacts>, found: readonly PartResult[]): void {
  const bars = found.flatMap((part) => part.bars);
  const verdicts = bars.flatMap((bar) => judge(bar) ?? []);
  const raw = {
    machine,
    quick: options.quick,
    seed: Number(options.seed),
    bars: bars.map((bar) => judge(bar) ?? bar),
    parts: Object.fromEntries(found.map((part) => [part.name, part.raw])),
  };
  const file = path.join(packageFile('bench/results'), `decisions-${machine.at.replace(/[:.]/g, '-')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);

  for (const { tables } of found) for (const { title, head, rows } of tables) console.log(`\n${title}\n${table(head, rows)}`);
  console.log(`\nRaw results: bench/results/${path.basename(file)}\n`);
  console.log(barTable(bars, !options.quick));
  if (options.quick) console.log(`A quick run: no bar is judged, ${verdicts.length} of ${bars.length} were measured.`);
  else {
    console.log(summary(verdicts));
    process.exitCode = verdicts.length > 0 && verdicts.every(({ held }) => held) ? 0 : 1;
  }
}
