import type { Rule } from './finding.ts';

/** The challenger's 99th percentile is above the bound on enough requests, and above the champion's own. */
export const latency: Rule = ({ latency: rule }, { challenger, champion }) => {
  if (rule === undefined || challenger.p99 === null || challenger.requests < rule.at_least) return null;
  if (challenger.p99 <= rule.p99 || challenger.p99 <= (champion.p99 ?? 0)) return null;
  return `challenger's p99 is ${challenger.p99.toFixed(1)} ms on ${challenger.requests} requests, above ${rule.p99} ms; champion ${(champion.p99 ?? 0).toFixed(1)} ms`;
};
