import type { RollbackRule } from '../spec/release-schema.ts';
import type { RolloutPolicy } from './state.ts';

/** Of rollouts that began before the policy had a word on it. */
const usual = 0.05;

/**
 * The chance that each rule which tests is given of being wrong: `release.false_rollbacks` in equal parts, because a version is
 * rolled back when any of them speaks (Bonferroni). Limits that are no tests take no part: an absolute error rate, a metric judged by
 * its estimate.
 */
export function alphaOf(policy: RolloutPolicy): number {
  const tests = policy.rollback_when.filter(isTest).length;
  return (policy.false_rollbacks ?? usual) / Math.max(1, tests);
}

/**
 * The same for a latency rule, which begins anew with each step: in equal parts for the shadow, the steps, the bake and each lapse,
 * and for its limit and its comparison where it has both.
 */
export function latencyAlpha(policy: RolloutPolicy): number {
  const rule = policy.rollback_when.find(({ latency }) => latency !== undefined)?.latency;
  const questions = rule?.p99 !== undefined && rule.above_champion_by !== undefined ? 2 : 1;
  return alphaOf(policy) / ((policy.ramp.length + 1 + policy.lapses) * questions);
}

function isTest(rule: RollbackRule): boolean {
  if (rule.error_rate !== undefined) return false;
  return !Object.values(rule).some((of) => typeof of === 'object' && 'by' in of && of.by === 'estimate');
}
