import { percent, type Rule } from './finding.ts';

/**
 * The challenger's error rate within the rule's `for` is above its bound, with the minimum of errors, and above the
 * champion's own rate in this step: when both fail alike it is the world that fails, and rolling back would not help.
 */
export const errorRate: Rule = ({ error_rate: rule }, { recent, champion }) => {
  if (rule === undefined || recent.requests === 0 || recent.errors < rule.at_least) return null;
  const rate = recent.errors / recent.requests;
  const championRate = champion.requests === 0 ? 0 : champion.errors / champion.requests;
  if (rate <= rule.above || rate <= championRate) return null;
  return `challenger fails ${percent(rate)} of ${recent.requests} requests (${recent.errors} errors), above ${percent(rule.above)}; champion ${percent(championRate)}`;
};
