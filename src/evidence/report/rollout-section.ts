import type { RevisionCounts, RolloutRevision } from '../../registry/release-history.ts';
import { counted, inWords, lasting, listed, percent } from '../../stats/wording.ts';
import { rampChart } from '../html/charts.ts';
import { html, type Part } from '../html/markup.ts';
import { moment, type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** The course of the shares, and what both sides did at each; null where the release came to no rollout. */
export function rolloutSection({ version, revisions, counts, release, made }: ReleaseEvidence): Section | null {
  const [first] = revisions;
  if (version === null || first === undefined) return null;
  const { version: own } = version;
  const open = (release.endedAt ?? made.at).getTime();
  // The last one gives the traffic to whoever won; it is in force long after the release.
  const steps = revisions.filter((revision) => revision.challenger !== null || revision === first);
  const stretches = steps.map((revision) => ({
    from: revision.from.getTime(),
    to: Math.max(revision.from.getTime(), revision.until?.getTime() ?? open),
    share: shareOf(revision, own),
    beside: revision.shadowShare,
  }));
  const whom = first.segments === null ? null : html`<p>Only callers of ${listed(first.segments)} took part.</p>`;
  return {
    id: 'rollout',
    title: 'Rollout',
    body: html`${whom}${rampChart('ramp-chart', own, stretches)}${table({
      id: 'revisions',
      caption: `Revisions of the traffic that the rollout of v${own} wrote`,
      head: [
        'Revision',
        'From',
        'For',
        `Callers of v${own}`,
        'Scored beside',
        `v${own} answered`,
        'Errors',
        'Asked beside',
        'Others',
        'Because',
      ],
      rows: revisions.map((revision) => cells(revision, own, counts)),
    })}`,
  };
}

/** What a version answers: all where it is alone. */
function shareOf({ champion, challenger, share }: RolloutRevision, version: number): number {
  if (challenger === version) return share;
  return champion === version ? 1 : 0;
}

function cells(revision: RolloutRevision, version: number, counts: readonly RevisionCounts[]): Part[] {
  const { revision: number, from, until, shadowShare, because } = revision;
  const under = counts.filter((one) => one.revision === number);
  const own = under.find((one) => one.version === version);
  const others = under.filter((one) => one !== own);
  return [
    String(number),
    moment(from),
    until === null ? 'in force' : lasting(until.getTime() - from.getTime()),
    percent(shareOf(revision, version)),
    percent(shadowShare),
    inWords(own?.answered ?? 0),
    inWords(own?.errors ?? 0),
    inWords(own?.beside ?? 0),
    others
      .map(
        (one) =>
          `v${one.version}: ${inWords(one.answered)} answered, ${counted(one.errors, 'error')}, ${inWords(one.beside)} beside`,
      )
      .join('; '),
    because,
  ];
}
