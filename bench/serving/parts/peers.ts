import type { Say } from '../../../infra/programs/program.ts';
import type { Bar } from '../../bars.ts';
import type { Lengths } from '../lengths.ts';
import { type Measurement, runLoad } from '../run-load.ts';
import { median } from '../../statistics.ts';
import type { Target, TargetName } from '../targets/target.ts';

/** The connections at which the peers are compared. */
const judged = 64;

/** Rates of the open loop by target, requests a second: up to what each can take, and a little beyond. */
const rates: Readonly<Record<TargetName, readonly number[]>> = {
  MLServer: [500, 1000, 2000],
  FastAPI: [1000, 2000, 4000],
  'bare handler': [1000, 4000, 10_000],
  pawl: [1000, 4000, 20_000],
};

/** The rate that is judged, for as long as `openLoop` says. */
const judgedRate = 10_000;

/** An open loop needs more connections than requests are ever under way, or it would wait for one. */
const openConnections = 256;

/** Every target in its turn, round after round, so that a slow minute of the machine is everybody's. */
export async function closedLoops(targets: readonly Target[], lengths: Lengths, say: Say): Promise<Measurement[]> {
  const { rounds, warmUp, closedLoop: duration } = lengths;
  const found: Measurement[] = [];
  const measure = async (target: Target, connections: number) => {
    const one = await runLoad(target, { connections, rate: null, warmUp, duration });
    checkCanary(one);
    say(`  ${target.name}, ${connections} connections: ${Math.round(one.perSecond)} req/s, p99 ${one.latency.p99.toFixed(1)} ms`);
    found.push(one);
  };
  for (let round = 1; round <= rounds; round++) {
    say(`Closed loop, round ${round} of ${rounds}.`);
    for (const target of targets) await measure(target, judged);
  }
  say('Closed loop at other numbers of connections.');
  for (const connections of [1, 256]) for (const target of targets) await measure(target, connections);
  return found;
}

/** Both versions have to have answered: a canary without traffic would cost nothing. */
function checkCanary({ target, counted }: Measurement): void {
  const versions = Object.keys(counted).length;
  if (target === 'pawl' && versions !== 2) throw new Error(`pawl answered with ${versions} versions and not with two.`);
}

export async function openLoops(targets: readonly Target[], lengths: Lengths, say: Say): Promise<Measurement[]> {
  const found: Measurement[] = [];
  const measure = async (target: Target, rate: number, duration: number) => {
    const one = await runLoad(target, { connections: openConnections, rate, warmUp: lengths.warmUp, duration });
    checkCanary(one);
    say(`  ${target.name}, ${rate} req/s: p99 ${one.latency.p99.toFixed(1)} ms, ${errorsOf(one)} errors`);
    found.push(one);
  };
  say('Open loop.');
  for (const target of targets) for (const rate of rates[target.name]) await measure(target, rate, lengths.otherRates);
  for (const target of targets) if (target.name === 'pawl') await measure(target, judgedRate, lengths.openLoop);
  return found;
}

/** Medians over the rounds of one target at one number of connections. */
export interface Middle {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuPerRequest: number;
}

export function middleOf(found: readonly Measurement[], target: TargetName, connections = judged): Middle {
  const rounds = found.filter((one) => one.target === target && one.load.rate === null && one.load.connections === connections);
  return {
    perSecond: median(rounds.map((one) => one.perSecond)),
    p50: median(rounds.map((one) => one.latency.p50)),
    p99: median(rounds.map((one) => one.latency.p99)),
    cpuPerRequest: median(rounds.map((one) => one.cpuPerRequest)),
  };
}

export function peerBars(found: readonly Measurement[] | null): Bar[] {
  const times = { FastAPI: 5, MLServer: 15 } as const;
  const own = middleOf(found ?? [], 'pawl');
  return (['FastAPI', 'MLServer'] as const).flatMap((name): Bar[] => {
    const peer = middleOf(found ?? [], name);
    const against = name === 'FastAPI' ? 'FastAPI + onnxruntime' : name;
    return [
      {
        name: `requests per second against ${against}, 64 connections`,
        unit: 'x',
        wanted: 'at least',
        bar: times[name],
        value: found === null ? null : own.perSecond / peer.perSecond,
      },
      {
        name: `p99 of ${against} against pawl's, 64 connections`,
        unit: 'x',
        wanted: 'at least',
        bar: 1,
        value: found === null ? null : peer.p99 / own.p99,
      },
    ];
  });
}

export function openLoopBars(found: readonly Measurement[] | null): Bar[] {
  const own = found?.find((one) => one.target === 'pawl' && one.load.rate === judgedRate);
  return [
    {
      name: 'errors in the open loop at 10,000 req/s',
      unit: '',
      wanted: 'at most',
      bar: 0,
      value: own === undefined ? null : errorsOf(own),
    },
    {
      name: 'p99 in the open loop at 10,000 req/s (goal: 15 ms)',
      unit: 'ms',
      wanted: 'at most',
      bar: 50,
      value: own === undefined ? null : own.latency.p99,
    },
  ];
}

export function errorsOf({ errors }: Measurement): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}
