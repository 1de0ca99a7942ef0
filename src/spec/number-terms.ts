import type { NumberTerms } from '../stats/number-losses.ts';
import type { Task } from '../onnx/signature.ts';
import type { RolloutPolicy } from '../rollout/state.ts';
import type { ModelSpec } from './schema.ts';

/** What of a spec says what its numbers are to be. */
interface Asked {
  readonly task: Task;
  readonly training: { readonly trainer: string; readonly params: Readonly<Record<string, unknown>> };
  readonly evaluation: { readonly quantile?: number | undefined };
}

type RolloutTerms = Pick<RolloutPolicy, 'rollback_when' | 'success'>;

/** What the loss of the training and `evaluation.quantile` ask a regression to predict. */
export function askedOf({ task, training, evaluation }: Asked): NumberTerms {
  if (task !== 'regression') return { quantile: null, counts: false };
  const { loss = null, alpha = usualAlpha } = training.trainer === 'gbt' ? training.params : {};
  const ofLoss = loss === 'quantile' && typeof alpha === 'number' ? alpha : null;
  return { quantile: evaluation.quantile ?? ofLoss, counts: loss === 'poisson' };
}

/**
 * By what its answers are judged: what it is asked to predict, and what else a gate, a rule or the search names.
 * @param policy of a rollout that is not as the spec has it today
 */
export function numberTermsOf(spec: ModelSpec, policy: RolloutTerms = spec.release): NumberTerms {
  const { quantile, counts } = askedOf(spec);
  const { gates, slices, robustness } = spec.evaluation;
  const named = [
    ...[...gates, ...slices.flatMap((slice) => slice.gates), ...policy.rollback_when].flatMap((one) => Object.keys(one)),
    robustness?.metric,
    spec.training.search?.metric,
    policy.success,
  ];
  return { quantile, counts: counts || (spec.task === 'regression' && named.includes('poisson_deviance')) };
}

/** The quantile of gbt where `alpha` is left out. */
export const usualAlpha = 0.5;
