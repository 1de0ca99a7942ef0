import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Say } from '../../../infra/programs/program.ts';
import type { BenchRegistry, Traffic } from '../bench-registry.ts';
import { type CpuProfile, type Subjects, timeBySubject } from '../cpu-profile.ts';
import type { Lengths } from '../lengths.ts';
import { type Measurement, runLoad } from '../run-load.ts';
import { startGateway } from '../targets/pawl.ts';
import type { Target, Workshop } from '../targets/target.ts';

/** The gateway with one thing changed that a user can change. */
export interface Variant {
  readonly name: string;
  readonly measurement: Measurement;
}

export interface Costs {
  readonly bare: Measurement;
  readonly variants: readonly Variant[];
  /** The main thread's time by subject, µs a request. */
  readonly subjects: Readonly<Record<string, number>>;
  /** Processor time of the gateway while it was profiled, µs a request; the subjects leave out its other threads. */
  readonly profiled: number;
}

const connections = 64;
export const canary: Traffic = { champion: 1, challenger: 2, share: 0.1 };

/** Longer than a gateway takes to read a spec again: no notification tells of it. */
const specMs = 2500;

/** What each thing costs, against the bare handler: by switching off what a user can switch off, and by a profile of the rest. */
export async function measureCosts(
  targets: { readonly bare: Target; readonly pawl: Target },
  registry: BenchRegistry,
  lengths: Lengths,
  say: Say,
): Promise<Omit<Costs, 'subjects' | 'profiled'>> {
  say('What each thing that is on costs.');
  const { warmUp, closedLoop: duration } = lengths;
  const measure = async (target: Target, name: string) => {
    const one = await runLoad(target, { connections, rate: null, warmUp, duration });
    say(`  ${name}: ${one.cpuPerRequest.toFixed(1)} µs of processor time a request`);
    return one;
  };
  const bare = await measure(targets.bare, 'bare handler');
  const variants: Variant[] = [];
  const vary = async (name: string, traffic: Traffic, log: 'keep' | 'drop' = 'keep') => {
    await registry.describe(log);
    await registry.setTraffic(traffic);
    await wait(specMs);
    variants.push({ name, measurement: await measure(targets.pawl, name) });
  };
  await vary('everything on', canary);
  await vary('no canary', { champion: 1, challenger: null });
  await vary('no feature in the log', canary, 'drop');
  await vary('every request scored beside as well', { ...canary, shadowShare: 1 });
  await registry.describe('keep');
  await registry.setTraffic(canary);
  await wait(specMs);
  return { bare, variants };
}

const subjects: Subjects = [
  [
    'prediction log',
    /src\/serving\/(prediction-(log|spool|record|tail|id)|segment|spool|feature-log|logged-|value-hasher|ndjson)/,
  ],
  ['windows', /src\/(serving\/(window|latency|score-)|stats\/)|sketches-js/],
  ['metrics', /src\/observability\/|prom-client/],
  ['scoring', /src\/(onnx\/|serving\/(\w+-)?(scor|served-version|rescore))|onnxruntime/],
  ['validation', /src\/serving\/(row-|feature-column|predict-request|body-|json-)/],
  [
    'routing',
    /src\/serving\/(routing|bucketing|lease|model-traffic|traffic-book|breaker|deadline|predictor|turns|fallback|shadows|version-shelf)/,
  ],
  ['HTTP', /src\/serving\/(http|fast-lane|request-head|routes|gateway-handlers|open-inference)/],
  ['the rest of pawl', /dist\/(src|workers)\/|node_modules/],
  ['node, outside of any request', /^node:/],
];

/** A gateway under V8's sampling profiler; the profile's own cost is in its times. */
export async function profileGateway(
  workshop: Workshop,
  registry: BenchRegistry,
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
    measured = await runLoad(gateway, load, async () => {
      from = Number(process.hrtime.bigint()) / 1000;
      await Promise.resolve();
    });
  } finally {
    await gateway.process.stop(20_000);
  }
  // Threads write profiles of their own; the main thread's is the largest.
  const profiles = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as CpuProfile);
  const busiest = profiles.toSorted((a, b) => b.nodes.length - a.nodes.length)[0];
  if (busiest === undefined) throw new Error('The gateway left no profile.');
  const times = timeBySubject(busiest, subjects, from, from + lengths.closedLoop * 1e6);
  times.delete('idle');
  const perRequest = [...times].map(([subject, time]) => [subject, time / measured.answered] as const);
  say(`  profiled: ${perRequest.map(([subject, time]) => `${subject} ${time.toFixed(1)}`).join(', ')} µs a request`);
  return {
    subjects: Object.fromEntries(perRequest.toSorted(([, a], [, b]) => b - a)),
    profiled: measured.cpuPerRequest,
  };
}
