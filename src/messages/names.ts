/** Ids, task queues and search attributes: the names under which the outside finds pawl in Temporal. Pure. */
export const workflowId = {
  monitor: (model: string) => `monitor/${model}`,
  release: (model: string) => `release/${model}`,
  rollout: (model: string) => `rollout/${model}`,
  search: (release: string) => `search/${release}`,
} as const;

export const scheduleId = (model: string) => `retrain/${model}`;
export const drillScheduleId = (model: string) => `drill/${model}`;

/** Two queues a deployment: quick and long activities with the workflows, and training on workers of its own. */
export const taskQueues = (prefix: string) => ({ pipeline: `${prefix}-pipeline`, training: `${prefix}-training` });

/** The training queue of the deployment whose pipeline queue this is. */
export const trainingQueueBeside = (pipelineQueue: string) => pipelineQueue.replace(/-pipeline$/, '-training');

/** All of type Keyword. */
export const searchAttributes = ['PawlModel', 'PawlVersion', 'PawlStage', 'PawlTrigger'] as const;

export const signalNames = ['promote', 'rollback', 'pause', 'resume', 'approve', 'reject', 'retrain', 'drill'] as const;
export type OperatorAction = (typeof signalNames)[number];

/** The updates on `monitor/<model>`, one for each signal, under a name of their own because a name is one handler. */
export const updateName = (action: OperatorAction) => `${action}Now` as const;

export const queryNames = { status: 'status', timeline: 'timeline' } as const;
