import { createBudgetActivities } from './budget.ts';
import type { Dependencies } from './dependencies.ts';
import { createDrillActivities } from './drill.ts';
import { createEvaluateActivities } from './evaluate.ts';
import { createGuardActivities } from './guard.ts';
import { createIngestActivities } from './ingest.ts';
import { createObserveActivities } from './observe.ts';
import { createOperationActivities } from './operations.ts';
import { createRegisterActivities } from './register.ts';
import { createReleaseActivities } from './release.ts';
import { createSearchActivities } from './search.ts';
import { createTrafficActivities } from './traffic.ts';
import { createTrainActivities } from './train.ts';
import { createTrialActivities } from './trial.ts';
import { createValidateActivities } from './validate.ts';

/** Everything that runs on the pipeline queue. */
export function createPipelineActivities(dependencies: Dependencies) {
  return {
    ...createReleaseActivities(dependencies),
    ...createIngestActivities(dependencies),
    ...createValidateActivities(dependencies),
    ...createEvaluateActivities(dependencies),
    ...createRegisterActivities(dependencies),
    ...createSearchActivities(dependencies),
    ...createTrafficActivities(dependencies),
    ...createDrillActivities(dependencies),
    ...createGuardActivities(dependencies),
    ...createObserveActivities(dependencies),
    ...createOperationActivities(dependencies),
    ...createBudgetActivities(dependencies),
  };
}
export type PipelineActivities = ReturnType<typeof createPipelineActivities>;

/** What runs on the training queue, on workers of its own. */
export function createTrainingActivities(dependencies: Dependencies) {
  return { ...createTrainActivities(dependencies), ...createTrialActivities(dependencies) };
}
export type TrainingActivities = ReturnType<typeof createTrainingActivities>;
