import { createTrainingActivities } from '../activities/pipeline.ts';
import { taskQueues } from '../src/messages/names.ts';
import { runWorker } from './worker.ts';

// One training at a time: it is all CPU, and a second one beside it would only make both late.
await runWorker('training', (dependencies, settings) => ({
  taskQueue: taskQueues(settings.PAWL_TASK_QUEUE).training,
  activities: createTrainingActivities(dependencies),
  maxConcurrentActivityTaskExecutions: 1,
}));
