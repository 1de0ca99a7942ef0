import { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Dependencies } from './dependencies.ts';
import { LineageNotes } from './lineage-notes.ts';
import { MlflowNotes } from './mlflow-notes.ts';
import type { Notes } from './notes.ts';

/**
 * Notes in the outbox what others are to hear of a release: each step as it begins and ends, and the release itself. It is noted where
 * the work is done and sent by somebody else, so that a release neither waits for a receiver nor fails with it.
 */
export function outsideInterceptor(
  dependencies: Pick<Dependencies, 'registry' | 'store' | 'clock' | 'lineage' | 'mlflow'>,
): () => { inbound: ActivityInboundCallsInterceptor } {
  const { lineage = null, mlflow = null } = dependencies;
  const notes: readonly Notes[] = [
    ...(lineage === null ? [] : [new LineageNotes(dependencies, lineage)]),
    ...(mlflow === null ? [] : [new MlflowNotes(dependencies)]),
  ];
  return () => ({
    inbound: {
      async execute(input, next) {
        const { activityType } = Context.current().info;
        const given: unknown = input.args[0];
        for (const each of notes) await each.before(activityType, given);
        const output = await next(input);
        for (const each of notes) await each.after(activityType, given, output);
        return output;
      },
    },
  });
}
