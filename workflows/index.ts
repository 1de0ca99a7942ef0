export { monitor } from './monitor.ts';
export { release } from './release.ts';
export { rollout } from './rollout.ts';
export { scheduledRetrain } from './scheduled-retrain.ts';
