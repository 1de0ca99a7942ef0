import { ActivityCancellationType, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PipelineActivities, TrainingActivities } from '../activities/pipeline.ts';
import { trainingQueueBeside } from '../src/messages/names.ts';

/** Quick calls to the registry. They fail only while it is away, so they are tried for as long as it takes. */
export const quick = proxyActivities<PipelineActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '15 seconds' },
});

/** Work on data, minutes long, alive by its heartbeat. A handful of tries: what still fails then, a person must see. */
export const long = proxyActivities<PipelineActivities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 8 },
});

/**
 * A guard lives as long as its step, days at most; it must come back for ever, because without it the share lapses. Another
 * worker must have taken over well before the lease ends, so the heartbeat's timeout follows from it.
 */
export const watching = (leaseMs: number) =>
  proxyActivities<PipelineActivities>({
    startToCloseTimeout: '30 days',
    heartbeatTimeout: Math.max(1000, leaseMs / 3),
    retry: { initialInterval: '500 milliseconds', maximumInterval: '5 seconds', backoffCoefficient: 1.5 },
  });

/** Something that is good to know after the traffic is back where it belongs, and not worth waiting for in vain. */
export const afterwards = proxyActivities<PipelineActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/** Training has workers of its own. A lost worker is noticed after the heartbeat's timeout, and another goes on from the checkpoint. */
export const training = () =>
  proxyActivities<TrainingActivities>({
    taskQueue: trainingQueueBeside(workflowInfo().taskQueue),
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: '5 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute', maximumAttempts: 10 },
  });

/**
 * Trials run where trainings do. What keeps failing is a trial's own fault sooner than a training's, so it is tried less often. One that
 * is stopped is waited for: it saves no checkpoint after the search has cleaned up.
 */
export const trials = () =>
  proxyActivities<TrainingActivities>({
    taskQueue: trainingQueueBeside(workflowInfo().taskQueue),
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: '5 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds', maximumAttempts: 4 },
  });
