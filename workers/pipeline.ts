import { createPipelineActivities } from '../activities/pipeline.ts';
import { taskQueues } from '../src/messages/names.ts';
import { runWorker, workflowCode } from './worker.ts';

await runWorker(
  'pipeline',
  (dependencies, settings) => {
    if (dependencies.signer == null) dependencies.logger.warn('no signing key is named: versions get no attestation');
    return {
      taskQueue: taskQueues(settings.PAWL_TASK_QUEUE).pipeline,
      activities: createPipelineActivities(dependencies),
      ...workflowCode(),
    };
  },
  { sends: true },
);
