import { setTimeout as wait } from 'node:timers/promises';
import { Connection, type ConnectionOwner } from './connection.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { Tally } from './tally.ts';

/** How often requests without answer are looked for, ms. */
const sweepMs = 100;

/** Puts a target under load as planned, with each request in its turn. */
export async function load(plan: LoadPlan, requests: readonly Buffer[]): Promise<LoadResult> {
  const start = performance.now();
  const from = start + plan.warmUp * 1000;
  const until = from + plan.duration * 1000;
  const tally = new Tally(from, until);
  let turn = 0;
  const next = () => requests[turn++ % requests.length] as Buffer;
  const loop = plan.rate === null ? closedLoop(tally, next) : openLoop(tally, next, plan.rate, start, until);
  const connections = Array.from({ length: plan.connections }, () => new Connection(plan.port, plan.countBy, loop));
  const sweeper = setInterval(() => {
    const latest = performance.now() - plan.timeoutMs;
    for (const connection of connections) connection.giveUpBefore(latest);
  }, sweepMs);

  await wait(from - performance.now());
  const cpu = process.cpuUsage();
  await wait(until - performance.now());
  const { user, system } = process.cpuUsage(cpu);
  const clientCpu = (user + system) / 1000 / (plan.duration * 1000);

  loop.stop();
  const latest = performance.now() + plan.timeoutMs;
  while ((loop.waiting() > 0 || connections.some(({ busy }) => busy)) && performance.now() < latest) await wait(10);
  clearInterval(sweeper);
  tally.failed('timeout', loop.waiting() + connections.filter(({ busy }) => busy).length);
  for (const connection of connections) connection.close();
  return { ...tally.result(), clientCpu };
}

interface Loop extends ConnectionOwner {
  /** Requests that are due and were not sent yet. */
  waiting(): number;
  /** Makes no more requests; those that are due are still sent. */
  stop(): void;
}

/** Each connection sends its next request when the one before is over. */
function closedLoop(tally: Tally, next: () => Buffer): Loop {
  let stopped = false;
  return {
    free(connection) {
      if (stopped) return;
      const now = performance.now();
      connection.send(next(), now, now);
    },
    answered: ({ since, parser }, at) => tally.answered(at, since, parser.counted, at),
    failed: (_, what) => tally.failed(what),
    waiting: () => 0,
    stop: () => (stopped = true),
  };
}

/**
 * A request every 1/rate s, whatever became of those before. Its latency counts from the moment when it was to be sent, so that
 * a target that stalls is charged for every request that it made wait (G. Tene's "coordinated omission"). Timers fire every
 * millisecond or so: that lateness of the client's own is counted too.
 */
function openLoop(tally: Tally, next: () => Buffer, rate: number, start: number, until: number): Loop {
  const free: Connection[] = [];
  let taken = 0;
  /** Requests made due, and those of them that were sent. */
  let due = 0;
  let sent = 0;
  let stopped = false;
  const dueAt = (request: number) => start + (request * 1000) / rate;

  function sendDue(): void {
    const now = performance.now();
    if (!stopped) due = Math.max(due, Math.ceil(((Math.min(now, until) - start) * rate) / 1000));
    while (sent < due && taken < free.length) {
      const connection = free[taken++] as Connection;
      // One that was closed meanwhile comes back by itself.
      if (connection.ready) connection.send(next(), dueAt(sent++), now);
    }
    if (taken === free.length || taken > 4096) {
      free.splice(0, taken);
      taken = 0;
    }
  }
  const timer = setInterval(sendDue, 1);

  return {
    free(connection) {
      free.push(connection);
      if (sent < due) sendDue();
    },
    answered: ({ since, parser }, at) => tally.answered(at, since, parser.counted, since),
    failed: (_, what) => tally.failed(what),
    waiting: () => due - sent,
    stop() {
      sendDue();
      stopped = true;
      clearInterval(timer);
    },
  };
}
