import { createPipelineActivities } from '../activities/pipeline.ts';
import { taskQueues } from '../src/messages/names.ts';
import { runWorker, workflowCode } from './worker.ts';

await runWorker('pipeline', (dependencies, settings) => ({
  taskQueue: taskQueues(settings.PAWL_TASK_QUEUE).pipeline,
  activities: createPipelineActivities(dependencies),
  ...workflowCode(),
}));
