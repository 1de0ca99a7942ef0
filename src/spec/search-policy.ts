import type { SearchPolicy } from '../search/state.ts';
import { type UsualError, usualError } from '../stats/number-losses.ts';
import { higherIsBetter } from './evaluation-schema.ts';
import type { MetricName } from './evaluation-schema.ts';
import { askedOf } from './number-terms.ts';
import type { ModelSpec } from './schema.ts';

const hour = 3_600_000;

/** What the search of a release obeys; null where the spec asks for none. */
export function searchPolicyOf(spec: ModelSpec): SearchPolicy | null {
  const { training, cost } = spec;
  const { search } = training;
  if (search === undefined) return null;
  const metric: MetricName = search.metric ?? (spec.task === 'regression' ? searchedError(usualError(askedOf(spec))) : 'auc');
  const { params: space, trials, parallel, reduction, rungs, for: forMs = null, seed = training.seed } = search;
  const price = Number.parseFloat(cost?.per_hour ?? '');
  const workMs = search.cost === undefined ? null : (Number.parseFloat(search.cost) / price) * hour;
  return {
    space,
    seed,
    trials,
    forMs,
    workMs,
    parallel,
    reduction,
    rungs,
    metric,
    higherIsBetter: higherIsBetter.some((known) => known === metric),
  };
}

/** Values are searched by the error that squared losses make small. */
const searchedError = (usual: UsualError): MetricName => (usual === 'mae' ? 'rmse' : usual);
