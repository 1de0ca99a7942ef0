import { lasting } from '../../stats/wording.ts';
import { html } from '../html/markup.ts';
import { type Section, table } from '../html/parts.ts';
import { searchReport, trialWords } from '../search-report.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** Every set of parameters that was tried before the training; null where none was. */
export function searchSection({ search }: ReleaseEvidence): Section | null {
  if (search === null) return null;
  const { metric, because, chosen, trials } = searchReport(search);
  const rows = trials.map((report) => {
    const { params, scores, state, taken, seconds } = trialWords(report);
    const isChosen = chosen?.trial === report.trial;
    return [
      `${report.trial}${isChosen ? ', chosen' : ''}`,
      params,
      scores,
      state || taken || 'done',
      seconds === 0 ? '' : lasting(seconds * 1000),
    ];
  });
  return {
    id: 'search',
    title: 'Search for parameters',
    body: html`<p>${because === null ? 'Nothing was chosen' : because}.</p>
      ${table({
        id: 'trials',
        caption: 'Every trial, and its score at each look at it on rows that it had not learned from',
        head: ['Trial', 'Parameters', `Score${metric === null ? '' : ` (${metric})`}`, 'Result', 'Took'],
        rows,
      })}`,
  };
}
