import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** From what is a query to what takes half a day, s. */
const buckets = [0.1, 1, 10, 60, 600, 3600, 14_400, 43_200];

/** Every metric of a worker that is pawl's own; Temporal's SDK has more of its own. Labels are bounded by the code. */
export function createWorkerMetrics() {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  return {
    register,
    seconds: new Histogram({
      name: 'pawl_activity_seconds',
      help: 'Time that activities took, by how they ended: done, taken (the step of an earlier release was), refused (a failure that is not tried again), failed (it is), cancelled. A step of a release, and a trial of a search, is an activity.',
      labelNames: ['activity', 'end'] as const,
      buckets,
      registers,
    }),
    underWay: new Gauge({
      name: 'pawl_activities_under_way',
      help: 'Activities that this worker is at.',
      labelNames: ['activity'] as const,
      registers,
    }),
    waiting: new Gauge({
      name: 'pawl_outbox_waiting',
      help: 'Messages in the registry that a receiver has not taken yet. The same at every worker that sends.',
      labelNames: ['receiver'] as const,
      registers,
    }),
    oldest: new Gauge({
      name: 'pawl_outbox_oldest_seconds',
      help: 'How long the oldest of them has waited; 0 where none does. The same at every worker that sends.',
      labelNames: ['receiver'] as const,
      registers,
    }),
    refused: new Gauge({
      name: 'pawl_outbox_refused',
      help: 'Messages on record that a receiver will never have, because it refused them. The same at every worker that sends.',
      labelNames: ['receiver'] as const,
      registers,
    }),
  };
}

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;
