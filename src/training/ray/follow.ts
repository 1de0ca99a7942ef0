import { setTimeout as wait } from 'node:timers/promises';
import { FinalError, PawlError } from '../../errors.ts';
import { formatDuration } from '../../spec/quantities.ts';
import { PrintedLines } from '../command/progress-lines.ts';
import type { TrainingControl } from '../trainer.ts';
import type { RayJob, RayJobs } from './client.ts';
import type { Exchange } from './exchange.ts';

/** How often Ray is asked, ms. */
const askEvery = 1000;
/** How often the lease is renewed, ms: a tenth of its length. */
const renewEvery = 60_000;
/** How long the cluster may be away before this attempt gives up and a later one looks for the job again, ms. */
const outage = 600_000;

/**
 * Follows a job until it has ended, and renews its lease meanwhile.
 * @param waitMs how long it may wait for a place on the cluster
 * @returns what Ray says of it at the end; null where it knows no such job any more
 * @throws FinalError PAWL_TRAINER_LIMIT where it got no place in time
 * @throws TransientError PAWL_RAY_UNAVAILABLE where the cluster was away for ten minutes; the signal's reason where it was told to stop
 */
export async function follow(
  {
    jobs,
    id,
    exchange,
    waitMs,
  }: { readonly jobs: RayJobs; readonly id: string; readonly exchange: Exchange; readonly waitMs: number },
  control: TrainingControl,
): Promise<RayJob | null> {
  const lines = new PrintedLines((progress) => void control.onProgress(progress));
  const begun = performance.now();
  let [read, answered, renewed] = [0, begun, begun];
  for (;;) {
    control.signal.throwIfAborted();
    const now = performance.now();
    if (now - renewed >= renewEvery) {
      await exchange.renew();
      renewed = now;
    }
    const job = await jobs.find(id).catch((error: unknown): 'away' => {
      if (error instanceof PawlError && error.code === 'PAWL_RAY_UNAVAILABLE' && now - answered < outage) return 'away';
      throw error;
    });
    if (job !== 'away') {
      answered = performance.now();
      if (job === null || (job.status !== 'PENDING' && job.status !== 'RUNNING')) return job;
      if (job.status === 'PENDING' && now - begun > waitMs) {
        const problems = [
          { subject: 'training.ray.wait', message: `no place within ${formatDuration(waitMs)}`, hint: job.message },
        ];
        throw new FinalError(
          'PAWL_TRAINER_LIMIT',
          `The Ray cluster had no place for the training within ${formatDuration(waitMs)}.`,
          {
            problems,
          },
        );
      }
      if (job.status === 'RUNNING') {
        const logs = await jobs.logs(id).catch(() => '');
        lines.output(logs.slice(read));
        read = Math.max(read, logs.length);
      }
    }
    await wait(askEvery, null, { signal: control.signal }).catch(() => null);
  }
}
