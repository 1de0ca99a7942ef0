import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { WorkerMetrics } from '../src/observability/worker-metrics.ts';
import type { StepNote } from '../src/steps/step.ts';

/** Counts every activity of a worker, and the time that it took. Outside of `failureInterceptor`, so that it sees what Temporal sees. */
export function measuringInterceptor({
  seconds,
  underWay,
}: Pick<WorkerMetrics, 'seconds' | 'underWay'>): () => { inbound: ActivityInboundCallsInterceptor } {
  return () => ({
    inbound: {
      async execute(input, next) {
        const activity = Context.current().info.activityType;
        const began = performance.now();
        let end = 'failed';
        underWay.inc({ activity });
        try {
          const output: unknown = await next(input);
          end = wasTaken(output) ? 'taken' : 'done';
          return output;
        } catch (error) {
          if (error instanceof CancelledFailure) end = 'cancelled';
          else if (error instanceof ApplicationFailure && error.nonRetryable === true) end = 'refused';
          throw error;
        } finally {
          underWay.dec({ activity });
          seconds.observe({ activity, end }, (performance.now() - began) / 1000);
        }
      },
    },
  });
}

/** Steps say where their result is from. */
function wasTaken(output: unknown): boolean {
  if (typeof output !== 'object' || output === null || !('step' in output)) return false;
  return (output as { readonly step?: StepNote }).step?.takenFrom != null;
}
