import type { CostSpec } from './cost-schema.ts';
import { evaluation } from './evaluation-schema.ts';
import { monitor, type MonitorSpec } from './monitor-schema.ts';
import type { FeatureSpec, ModelSpec } from './schema.ts';
import { release } from './release-schema.ts';
import { serving } from './schema.ts';

/** A spec as the registry holds it: written by any release of pawl, so that keys which came later are not there. */
type StoredSpec = Omit<ModelSpec, 'serving' | 'release' | 'contract' | 'monitor' | 'evaluation' | 'cost'> & {
  readonly serving?: Partial<ModelSpec['serving']>;
  readonly cost?: (Omit<CostSpec, 'tags' | 'rates'> & Partial<Pick<CostSpec, 'tags' | 'rates'>>) | undefined;
  readonly evaluation: Partial<ModelSpec['evaluation']> & Pick<ModelSpec['evaluation'], 'holdout' | 'gates'>;
  readonly release: Omit<ModelSpec['release'], LaterRelease | 'step'> &
    Partial<Pick<ModelSpec['release'], LaterRelease>> & {
      readonly step: Omit<ModelSpec['release']['step'], 'exposure'> & Partial<Pick<ModelSpec['release']['step'], 'exposure'>>;
    };
  readonly monitor: Omit<Partial<MonitorSpec>, 'drift' | 'performance' | 'late_labels'> & {
    readonly drift?: Partial<MonitorSpec['drift']>;
    readonly performance?: Partial<MonitorSpec['performance']>;
    readonly late_labels?: Partial<MonitorSpec['late_labels']>;
  };
  readonly contract: Omit<ModelSpec['contract'], 'features'> & {
    readonly features: Readonly<Record<string, Omit<FeatureSpec, 'log'> & Partial<Pick<FeatureSpec, 'log'>>>>;
  };
};

type LaterRelease = 'strategy' | 'false_rollbacks' | 'advance' | 'at_deadline';

const usualServing: ModelSpec['serving'] = serving.parse({});
const usualMonitor: MonitorSpec = monitor.parse({});
const usualEvaluation = evaluation.parse({});
const usualRelease = release.parse({});

/** The spec with every key there; those that it has no word on, as a pawl.yaml without them reads today. The order of features stays. */
export function specOfToday(stored: StoredSpec): ModelSpec {
  const features = Object.entries(stored.contract.features).map(([name, feature]) => [name, { log: 'keep', ...feature }]);
  const { cost, ...others } = stored;
  return {
    ...others,
    ...(cost === undefined ? {} : { cost: { tags: {}, rates: {}, ...cost } }),
    contract: { ...stored.contract, features: Object.fromEntries(features) as ModelSpec['contract']['features'] },
    serving: { ...usualServing, ...stored.serving },
    evaluation: { ...usualEvaluation, ...stored.evaluation },
    monitor: {
      ...usualMonitor,
      ...stored.monitor,
      drift: { ...usualMonitor.drift, ...stored.monitor.drift },
      performance: { ...usualMonitor.performance, ...stored.monitor.performance },
      late_labels: { ...usualMonitor.late_labels, ...stored.monitor.late_labels },
    },
    release: { ...usualRelease, ...stored.release, step: { ...usualRelease.step, ...stored.release.step } },
  };
}
