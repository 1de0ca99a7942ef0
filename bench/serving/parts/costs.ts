import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Say } from '../../../infra/programs/program.ts';
import type { BenchRegistry, Traffic } from '../bench-registry.ts';
import { type CpuProfile, type Subjects, timeBySubject } from '../cpu-profile.ts';
import type { Lengths } from '../lengths.ts';
import { type Measurement, runLoad } from '../run-load.ts';
import { startGateway } from '../targets/pawl.ts';
import type { Target, Workshop } from '../targets/target.ts';

/** The gateway with one thing changed that a user can change, round after round. */
export interface Variant {
  readonly name: string;
  readonly rounds: readonly Measurement[];
}

export interface Costs {
  /** The bare handler, then the gateway with everything on, then the others. */
  readonly variants: readonly Variant[];
  /** The main thread's time by subject, µs a request. */
  readonly subjects: Readonly<Record<string, number>>;
  /** Processor time of the gateway while it was profiled, µs a request; the subjects leave out its other threads. */
  readonly profiled: number;
}

const connections = 64;
export const canary: Traffic = { champion: 1, challenger: 2, share: 0.1 };

const mostRounds = 3;

/** Longer than a gateway takes to read a spec again: no notification tells of it. */
const specMs = 2500;

/** What each thing costs, against the bare handler: by switching off what a user can switch off, and by a profile of the rest. */
export async function measureCosts(
  targets: { readonly bare: Target; readonly pawl: Target },
  registry: BenchRegistry,
  lengths: Lengths,
  say: Say,
): Promise<Pick<Costs, 'variants'>> {
  say('What each thing that is on costs.');
  const load = { connections, rate: null, warmUp: lengths.warmUp, duration: lengths.closedLoop };
  const settings: readonly [name: string, traffic: Traffic, log: 'keep' | 'drop'][] = [
    ['everything on', canary, 'keep'],
    ['no canary', { champion: 1, challenger: null }, 'keep'],
    ['no feature in the log', canary, 'drop'],
    ['every request scored beside as well', { ...canary, shadowShare: 1 }, 'keep'],
  ];
  const variants = ['bare handler', ...settings.map(([name]) => name)].map((name) => ({ name, rounds: [] as Measurement[] }));
  for (let round = 0; round < Math.min(lengths.rounds, mostRounds); round++) {
    for (const variant of variants) {
      const setting = settings.find(([name]) => name === variant.name);
      if (setting !== undefined) await setTraffic(registry, setting[1], setting[2]);
      const one = await runLoad(setting === undefined ? targets.bare : targets.pawl, load);
      say(`  ${variant.name}: ${one.cpuPerRequest.toFixed(1)} µs of processor time a request`);
      variant.rounds.push(one);
    }
  }
  await setTraffic(registry, canary, 'keep');
  return { variants };
}

async function setTraffic(registry: BenchRegistry, traffic: Traffic, log: 'keep' | 'drop'): Promise<void> {
  await registry.describe(log);
  await registry.setTraffic(traffic);
  await wait(specMs);
}

const subjects: Subjects = [
  [
    'prediction log',
    /src\/serving\/(prediction-(log|spool|record|tail|id)|row-block|segment|spool|feature-log|logged|value-hasher)/,
  ],
  ['windows', /src\/(serving\/(window|latency|bin-counter|errors-by-key|merge-windows)|stats\/)|sketches-js/],
  ['metrics', /src\/(observability\/|serving\/version-accounts)|prom-client/],
  ['scoring', /src\/(onnx\/|serving\/(\w+-)?(scor|served-version))|onnxruntime/],
  ['validation', /src\/serving\/(row-parsing|feature-column|predict-request)/],
  [
    'routing and fallbacks',
    /src\/serving\/(routing|bucketing|lease|model-traffic|traffic-book|breaker|deadline|predictor|turns|shadows|version-shelf)/,
  ],
  ['HTTP and JSON', /src\/serving\/(http|fast-lane|request-head|routes|gateway|open-inference|predict-answer)/],
  ['the rest of pawl', /dist\/(src|workers)\/|node_modules/],
];

/**
 * A gateway under V8's sampling profiler, whose own cost is in the times.
 * @param keepIn a file that the profile is kept in
 */
export async function profileGateway(
  workshop: Workshop,
  registry: BenchRegistry,
  keepIn: string,
  lengths: Lengths,
  say: Say,
): Promise<Pick<Costs, 'subjects' | 'profiled'>> {
  const folder = path.join(workshop.directory, 'profile');
  mkdirSync(folder, { recursive: true });
  const gateway = await startGateway(workshop, registry, {
    spool: 'profiled',
    node: ['--cpu-prof', `--cpu-prof-dir=${folder}`],
  });
  let measured: Measurement;
  let from = 0;
  try {
    const load = { connections, rate: null, warmUp: lengths.warmUp, duration: lengths.closedLoop };
    measured = await runLoad(gateway, load, () => {
      // The profile's clock.
      from = Number(process.hrtime.bigint()) / 1000;
      return Promise.resolve();
    });
  } finally {
    await gateway.process.stop(20_000);
  }
  const { file, profile } = mainThread(folder);
  copyFileSync(file, keepIn);
  const times = timeBySubject(profile, subjects, from, from + lengths.closedLoop * 1e6);
  times.delete('idle');
  const perRequest = [...times].map(([subject, time]) => [subject, time / measured.answered] as const);
  say(`  profiled: ${perRequest.map(([subject, time]) => `${subject} ${time.toFixed(1)}`).join(', ')} µs a request`);
  return {
    subjects: Object.fromEntries(perRequest.toSorted(([, a], [, b]) => b - a)),
    profiled: measured.cpuPerRequest,
  };
}

/** Threads write profiles of their own; the main thread has seen by far the most functions. */
function mainThread(folder: string): { file: string; profile: CpuProfile } {
  const [first] = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, profile: JSON.parse(readFileSync(file, 'utf8')) as CpuProfile }))
    .toSorted((a, b) => b.profile.nodes.length - a.profile.nodes.length);
  if (first === undefined) throw new Error('The gateway left no profile.');
  return first;
}
