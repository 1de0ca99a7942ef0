export { drill } from './drill.ts';
export { monitor } from './monitor.ts';
export { release } from './release.ts';
export { rollout } from './rollout.ts';
export { scheduledDrill } from './scheduled-drill.ts';
export { scheduledRetrain } from './scheduled-retrain.ts';
export { search } from './search.ts';
