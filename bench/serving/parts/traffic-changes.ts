import { setTimeout as wait } from 'node:timers/promises';
import type { Say } from '../../../infra/programs/program.ts';
import { Random } from '../../../src/training/random.ts';
import type { Bar } from '../../bars.ts';
import type { BenchRegistry, Traffic } from '../bench-registry.ts';
import type { Lengths } from '../lengths.ts';
import { type Measurement, runLoad } from '../run-load.ts';
import type { Target } from '../targets/target.ts';
import { errorsOf } from './peers.ts';

/** A change of the traffic in the middle of a load. */
export interface Change {
  readonly what: string;
  readonly notified: boolean;
  /** From before the revision was written to when each process had reported it in force, ms; the slowest last. */
  readonly inForceMs: readonly number[];
}

export interface TrafficChanges {
  readonly processes: number;
  readonly changes: readonly Change[];
  readonly load: Measurement;
}

/** Of the load that must not notice anything. */
const rate = 4000;
const connections = 64;

/** Between two changes, ms: more than a poll of the gateways, and not in step with it. */
const pause = { least: 1200, more: 1000 };

/** How often the gateways' reports are read, ms, and when one is given up. */
const lookMs = 5;
const latestMs = 10_000;

/** The steps of a rollout that ends well and of one that does not, over and over, while callers keep calling. */
export async function changeTraffic(
  target: Target,
  registry: BenchRegistry,
  processes: number,
  lengths: Lengths,
  say: Say,
): Promise<TrafficChanges> {
  const { notified, silent } = lengths.passes;
  say(
    `Promotions and rollbacks under ${rate} req/s, ${processes} processes, ${silent} of ${notified + silent} passes unnotified.`,
  );
  await untilInForce(registry, processes, 0);
  const changes: Change[] = [];
  const random = new Random(1);
  async function rollOut(): Promise<void> {
    let [champion, other] = [1, 2];
    for (let pass = 0; pass < notified + silent; pass++) {
      const isNotified = pass < notified;
      const steps: [string, Traffic][] = [
        ['canary at 10 %', { champion, challenger: other, share: 0.1 }],
        ['100 %, the old champion scored beside', { champion, challenger: other, share: 1, shadowShare: 1 }],
        ['promotion', { champion: other, challenger: null }],
        ['canary at 10 %', { champion: other, challenger: champion, share: 0.1 }],
        ['rollback', { champion: other, challenger: null }],
      ];
      for (const [what, traffic] of steps) {
        const from = performance.now();
        const revision = await registry.setTraffic(traffic, isNotified);
        if (what === 'promotion') await registry.lead(other);
        changes.push({ what, notified: isNotified, inForceMs: await untilInForce(registry, processes, revision, from) });
        await wait(pause.least + random.next() * pause.more);
      }
      [champion, other] = [other, champion];
    }
  }
  // As long as the changes may take where none of them is late.
  const duration = Math.ceil(5 * (notified + silent) * ((pause.least + pause.more) / 1000 + 1));
  const measured = await runLoad(target, { connections, rate, warmUp: lengths.warmUp, duration }, rollOut);
  for (const isNotified of [true, false]) {
    const worst = worstOf(changes, isNotified);
    say(`  in force at every process within ${worst.toFixed(0)} ms ${isNotified ? 'with' : 'without'} notification`);
  }
  say(`  ${measured.total} requests, ${errorsOf(measured)} failed`);
  return { processes, changes, load: measured };
}

/** Waits until all processes report the revision, or a newer one. @returns when each did, ms after `from`, ascending */
async function untilInForce(registry: BenchRegistry, processes: number, revision: number, from = performance.now()) {
  const seen = new Map<string, number>();
  while (performance.now() - from < latestMs) {
    for (const report of await registry.gateways()) {
      if ((report.revision ?? -1) >= revision && !seen.has(report.process)) seen.set(report.process, performance.now() - from);
    }
    if (seen.size >= processes) return [...seen.values()];
    await wait(lookMs);
  }
  return [...seen.values(), ...new Array<number>(processes - seen.size).fill(latestMs)];
}

export function worstOf(changes: readonly Change[], notified: boolean): number {
  return Math.max(...changes.filter((change) => change.notified === notified).flatMap(({ inForceMs }) => inForceMs));
}

export function trafficBars(found: TrafficChanges | null): Bar[] {
  const late = (notified: boolean): Bar => ({
    name: `a change of traffic in force at every process, ${notified ? 'notified' : 'the notification lost'}`,
    unit: 'ms',
    wanted: 'at most',
    bar: 1000,
    value: found === null ? null : worstOf(found.changes, notified),
  });
  return [
    {
      name: 'failed requests during promotions and rollbacks',
      unit: '',
      wanted: 'at most',
      bar: 0,
      value: found === null ? null : errorsOf(found.load),
    },
    late(true),
    late(false),
  ];
}
