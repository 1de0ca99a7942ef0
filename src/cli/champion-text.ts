import type { ChampionAt, Decided, Reign, TrafficAt } from '../registry/champion-at.ts';
import { percent } from '../stats/wording.ts';
import { table, when } from './output.ts';

/** Who was in charge, and what is on record of how it came to be. @param past whether the moment was asked for, or is now */
export function championText(model: string, found: ChampionAt, past: boolean): string {
  const { at, champion, traffic } = found;
  const moment = `${model} at ${when(at)} UTC`;
  if (champion === null) {
    const first = traffic?.champion == null ? '' : `; v${traffic.champion} answered all the same, on trial as the first version`;
    return [`${moment}: no version ${past ? 'was' : 'is'} champion${first}`, ...trafficLines(traffic, past)].join('\n');
  }
  return [
    `${moment}: v${champion.version} ${past ? 'led' : 'leads'}`,
    `  since     ${when(champion.since)} UTC${champion.until === null ? '' : `, until ${when(champion.until)} UTC`}`,
    `  put there by ${champion.by}: ${champion.because}`,
    ...requestLines(found),
    ...decidedLines('gates', found.gates),
    ...decidedLines('approval', found.approval),
    ...decidedLines('decision', found.decision),
    ...releaseLines(found),
    found.attestation === null
      ? '  signed    nothing was signed of it by then'
      : `  signed    ${when(found.attestation.signedAt)} UTC, key ${found.attestation.keyid.slice(0, 12)}…`,
    ...trafficLines(traffic, past),
  ].join('\n');
}

function requestLines({ request }: ChampionAt): string[] {
  return request === null
    ? []
    : [`  request   ${when(request.askedAt)} UTC ${request.by} asked to ${request.action}: ${request.reason}`];
}

function decidedLines(name: string, decided: Decided | null): string[] {
  if (decided === null) return [];
  const { at, stage, action, because } = decided;
  return [`  ${name.padEnd(9)} ${when(at)} UTC ${stage}: ${action}: ${because}`];
}

function releaseLines({ release, trigger }: ChampionAt): string[] {
  if (release === null) return ['  release   made by none: it was there before pawl'];
  const asked = trigger === null ? '' : `, asked for by ${trigger.by} (${trigger.kind}): ${trigger.because}`;
  return [`  release   ${release.id}${asked}`];
}

function trafficLines(traffic: TrafficAt | null, past: boolean): string[] {
  if (traffic === null) return [`  traffic   none was assigned${past ? ' by then' : ' yet'}`];
  const { revision, champion, challenger, share, from, because, writer } = traffic;
  const alone = champion === null ? 'nobody answered' : `v${champion} answered`;
  const trial = challenger === null ? '' : `, v${challenger} on trial with ${percent(share)} of the callers`;
  const byHand = writer === 'person' || writer === 'break-glass' ? ', written for a person' : '';
  return [
    `  traffic   revision ${revision} since ${when(from)} UTC${byHand}: ${alone}${trial}`,
    `            because: ${because}`,
  ];
}

/** Who led from when until when. */
export function reignsText(reigns: readonly Reign[]): string {
  return table(
    ['version', 'since', 'until', 'by', 'because'],
    reigns.map(({ version, since, until, by, because }) => [
      `v${version}`,
      when(since),
      until === null ? 'now' : when(until),
      by,
      because,
    ]),
  );
}
