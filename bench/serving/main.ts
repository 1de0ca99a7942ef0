import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageFile } from '../../src/package-root.ts';
import { barTable } from '../bar-table.ts';
import { type Bar, judge, summary } from '../bars.ts';
import { machineFacts } from '../machine.ts';
import { PythonUnavailable } from '../../infra/programs/python-environment.ts';
import { BenchRegistry } from './bench-registry.ts';
import { checkScores } from './check-scores.ts';
import { full, quick } from './lengths.ts';
import { type LogCounts, readLog } from './log-counts.ts';
import { generateRows } from './model/rows.ts';
import { scorePlain } from './model/score-plain.ts';
import { trainModel } from './model/train.ts';
import { canary, type Costs, measureCosts, profileGateway } from './parts/costs.ts';
import { memoryBars, type MemoryTrend, watchMemory } from './parts/memory.ts';
import { closedLoops, openLoopBars, openLoops, peerBars } from './parts/peers.ts';
import { changeTraffic, trafficBars, type TrafficChanges } from './parts/traffic-changes.ts';
import { closedLoopTable, costTable, openLoopTable } from './report.ts';
import type { Measurement } from './run-load.ts';
import { startGateway } from './targets/pawl.ts';
import { preparePeers, startBareHandler, startFastapi, startMlserver } from './targets/peers.ts';
import type { Target, Workshop } from './targets/target.ts';

const parts = ['closed', 'open', 'costs', 'memory', 'traffic'] as const;
const usage = `npm run bench:serving [-- --quick] [-- --only ${parts.join(',')}]
  --quick  shortens everything, for work on the bench itself: bars are not judged
  --only   measures these parts; bars of the others are not judged`;

/** Distinct bodies that each target is sent in turn. */
const distinctRows = 2000;
/** Gateway processes behind one port while the traffic changes. */
const processes = 2;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const wanted = new Set(options.only?.split(',') ?? parts);
if (options.help || [...wanted].some((part) => !(parts as readonly string[]).includes(part))) {
  console.error(usage);
  process.exit(options.help ? 0 : 2);
}
const lengths = options.quick ? quick : full;
const say = (line: string) => console.error(line);

/** What has to end with the run, the newest first. */
const endings: (() => Promise<unknown>)[] = [];
async function end(): Promise<void> {
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) await ending().catch(() => undefined);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}

const machine = {
  ...machineFacts(),
  peers: Object.fromEntries(
    ['fastapi', 'mlserver'].map((name) => [
      name,
      readFileSync(packageFile(`bench/serving/peers/${name}/requirements.txt`), 'utf8')
        .trim()
        .split('\n'),
    ]),
  ),
};

/** Where results go, without their endings. */
const results = path.join(packageFile('bench/results'), `serving-${machine.at.replace(/[:.]/g, '-')}`);
mkdirSync(path.dirname(results), { recursive: true });

interface Found {
  log?: LogCounts;
  closed?: Measurement[];
  open?: Measurement[];
  costs?: Costs;
  memory?: MemoryTrend;
  traffic?: TrafficChanges;
}

try {
  const bars = await bench();
  const verdicts = bars.flatMap((bar) => judge(bar) ?? []);
  console.log(`\n${barTable(bars, !options.quick)}`);
  if (options.quick) console.log(`A quick run: no bar is judged, ${verdicts.length} of ${bars.length} were measured.`);
  else {
    console.log(summary(verdicts));
    process.exitCode = verdicts.length > 0 && verdicts.every(({ held }) => held) ? 0 : 1;
  }
} catch (error) {
  say(
    error instanceof PythonUnavailable ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  process.exitCode = 1;
} finally {
  await end();
}

async function bench(): Promise<Bar[]> {
  const needsPeers = wanted.has('closed') || wanted.has('open');
  // First: it takes longest, and is what can fail.
  const pythons = needsPeers ? await preparePeers(say) : null;
  const directory = mkdtempSync(path.join(tmpdir(), 'pawl-bench-'));
  endings.push(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  say('Training the model twice: 200 trees of 31 leaves on 20 numbers, seeds 1 and 2.');
  const models = [await trainModel(1), await trainModel(2)] as const;
  const workshop: Workshop = { directory, models, rows: generateRows(distinctRows, 3) };
  const expected = await scorePlain(models[0].plain, workshop.rows);
  const up = async (starting: Promise<Target>) => {
    const target = await starting;
    endings.push(() => target.process.stop(20_000));
    await checkScores(target, expected);
    return target;
  };

  say("Starting pawl's registry.");
  const registry = await BenchRegistry.start(directory);
  endings.push(() => registry.close());
  for (const [i, { artifact }] of models.entries()) await registry.register(artifact, i + 1);
  await registry.setTraffic({ champion: 1, challenger: null });
  await registry.lead(1);

  const found: Found = {};
  if (pythons !== null || wanted.has('costs') || wanted.has('memory')) {
    const pawl = await up(startGateway(workshop, registry, { spool: 'alone' }));
    await registry.setTraffic(canary);
    const bare = await up(startBareHandler(workshop));
    const targets = [pawl, bare];
    if (pythons !== null) targets.push(await up(startFastapi(workshop, pythons)), await up(startMlserver(workshop, pythons)));
    if (wanted.has('closed')) found.closed = await closedLoops(targets, lengths, say);
    if (wanted.has('open')) found.open = await openLoops(targets, lengths, say);
    if (wanted.has('costs')) {
      const switched = await measureCosts({ bare, pawl }, registry, lengths, say);
      found.costs = { ...switched, ...(await profileGateway(workshop, registry, `${results}.cpuprofile`, lengths, say)) };
    }
    if (wanted.has('memory')) found.memory = await watchMemory(pawl, lengths, say);
    found.log = await readLog(pawl);
    for (const target of targets) await target.process.stop(20_000);
  }
  if (wanted.has('traffic')) {
    await registry.setTraffic({ champion: 1, challenger: null });
    const starting = startGateway(workshop, registry, { spool: 'group', processes });
    // The port answers as soon as one of the processes holds its versions.
    const group = await up(starting.then((target) => registry.untilLoaded(processes, [1]).then(() => target)));
    found.traffic = await changeTraffic(group, registry, processes, lengths, say);
  }

  const bars = [
    ...peerBars(found.closed ?? null),
    ...openLoopBars(found.open ?? null),
    ...trafficBars(found.traffic ?? null),
    ...memoryBars(found.memory ?? null),
  ];
  const raw = { machine, quick: options.quick, lengths, bars: bars.map((bar) => judge(bar) ?? bar), ...found };
  writeFileSync(`${results}.json`, `${JSON.stringify(raw, null, 2)}\n`);

  if (found.closed !== undefined) console.log(`\nClosed loop\n${closedLoopTable(found.closed)}`);
  if (found.open !== undefined) console.log(`\nOpen loop\n${openLoopTable(found.open)}`);
  if (found.log !== undefined)
    console.log(`\nPrediction log: ${found.log.accepted} rows accepted, ${found.log.dropped} dropped.`);
  if (found.costs !== undefined) console.log(`\nWhat is on, and what it costs\n${costTable(found.costs)}`);
  console.log(`\nRaw results: bench/results/${path.basename(results)}.json`);
  return bars;
}
