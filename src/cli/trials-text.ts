import { type SearchReport, trialWords } from '../evidence/search-report.ts';
import { lasting } from '../stats/wording.ts';
import { table } from './output.ts';

/** A line for each trial, as far as it came. */
export function trialsText({ release, because, chosen, metric, trials }: SearchReport): string {
  const rows = trials.map((report) => {
    const { params, scores, state, seconds } = trialWords(report);
    const took = seconds === 0 ? '' : lasting(seconds * 1000);
    return [`${report.trial}${chosen?.trial === report.trial ? ' *' : ''}`, scores, state, took, params];
  });
  return [
    because === null ? `${release} is searching its parameters.` : `${release}: ${because}.`,
    '',
    table(['trial', metric ?? 'score', '', 'took', 'parameters'], rows),
  ].join('\n');
}
