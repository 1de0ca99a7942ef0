import { table } from '../../src/cli/output.ts';
import type { Costs } from './parts/costs.ts';
import { errorsOf, middleOf } from './parts/peers.ts';
import type { Measurement } from './run-load.ts';
import { median } from '../statistics.ts';
import type { TargetName } from './targets/target.ts';

const order: readonly TargetName[] = ['pawl', 'bare handler', 'FastAPI', 'MLServer'];
const fixed = (value: number, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
const times = (value: number) => (Number.isFinite(value) ? `${value.toFixed(1)}x` : '-');

/** Each target at each number of connections, with how many times of its requests pawl answers. */
export function closedLoopTable(found: readonly Measurement[]): string {
  const counts = [...new Set(found.map(({ load }) => load.connections))].toSorted((a, b) => a - b);
  const rows = counts.flatMap((connections) => {
    const own = middleOf(found, 'pawl', connections);
    return order.map((target) => {
      const { perSecond, p50, p99, cpuPerRequest } = middleOf(found, target, connections);
      const ratios = target === 'pawl' ? ['', ''] : [times(own.perSecond / perSecond), times(p99 / own.p99)];
      return [connections, target, fixed(perSecond), fixed(p50, 2), fixed(p99, 2), fixed(cpuPerRequest), ...ratios];
    });
  });
  return table(['connections', 'target', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/req', 'pawl: req/s', 'pawl: p99 below by'], rows);
}

export function openLoopTable(found: readonly Measurement[]): string {
  const rows = found.map((one) => [
    one.target,
    one.load.rate,
    fixed(one.perSecond),
    fixed(one.latency.p50, 2),
    fixed(one.latency.p99, 2),
    fixed(one.latency.p999, 2),
    errorsOf(one),
  ]);
  return table(['target', 'asked req/s', 'answered req/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'errors'], rows);
}

export function costTable({ variants, subjects, profiled }: Costs): string {
  const middles = variants.map(({ name, rounds }) => ({
    name,
    cpu: median(rounds.map((one) => one.cpuPerRequest)),
    perSecond: median(rounds.map((one) => one.perSecond)),
  }));
  const all = middles.find(({ name }) => name === 'everything on');
  const switched = middles.map(({ name, cpu, perSecond }) => [
    name,
    fixed(cpu, 1),
    fixed(cpu - (all?.cpu ?? NaN), 1),
    fixed(perSecond),
  ]);
  const profile = Object.entries(subjects).map(([subject, time]) => [subject, fixed(time, 1)]);
  return [
    table(['64 connections', 'CPU µs/req', 'against everything on', 'req/s'], switched),
    '',
    table([`main thread, profiled (all threads: ${fixed(profiled, 1)})`, 'µs/req'], profile),
  ].join('\n');
}
