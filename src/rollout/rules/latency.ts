import { counted } from '../../stats/wording.ts';
import type { Rule } from './finding.ts';

/** Latencies are counted in bins that grow by 2^(1/4): two percentiles closer than that cannot be told apart. */
const resolution = 2 ** 0.25;

/**
 * Harm: the challenger's 99th percentile since the step began is above the bound, on at least so many requests. Doubt, while
 * the champion's is above the bound as well, on as many requests, and no better by more than the histogram can tell: then
 * the machines are slow, not the version.
 */
export const latency: Rule = ({ latency: rule }, { challenger, champion }) => {
  if (rule === undefined || challenger.p99 === null || challenger.requests < rule.at_least || challenger.p99 <= rule.p99)
    return null;
  const seen = `challenger's p99 ${milliseconds(challenger.p99)} on ${counted(challenger.requests, 'request')}, above ${milliseconds(rule.p99)}`;
  if (champion.p99 === null) return { verdict: 'harm', because: seen };
  const championBreaksIt = champion.p99 > rule.p99 && champion.requests >= rule.at_least;
  return championBreaksIt && challenger.p99 <= champion.p99 * resolution
    ? {
        verdict: 'doubt',
        because: `${seen}, but the champion's is ${milliseconds(champion.p99)}: the machines are slow, not the version`,
      }
    : { verdict: 'harm', because: `${seen} (champion ${milliseconds(champion.p99)})` };
};

const milliseconds = (ms: number) => `${Number(ms.toPrecision(3))} ms`;
