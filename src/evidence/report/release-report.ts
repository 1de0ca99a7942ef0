import type { Check } from '../../attestation/verify-version.ts';
import type { Served } from '../../registry/version-history.ts';
import type { DatasetManifest } from '../../data/dataset.ts';
import type { ReleaseHistory } from '../../registry/release-history.ts';
import { html, type Part } from '../html/markup.ts';
import { document } from '../html/document.ts';
import { code, facts, moment, type Section } from '../html/parts.ts';
import { dataSection } from './data-section.ts';
import { decisionSections } from './decision-sections.ts';
import { evaluationSection } from './evaluation-section.ts';
import { rolloutSection } from './rollout-section.ts';
import { searchSection } from './search-section.ts';
import { signatureSection } from './signature-section.ts';
import { stepsSection } from './steps-section.ts';
import { trainingSection } from './training-section.ts';

/** Everything that a report of a release is made of. */
export interface ReleaseEvidence extends ReleaseHistory {
  /** What the dataset holds; null where it is gone, or the release came to none. */
  readonly manifest: DatasetManifest | null;
  /** What its version did at the gateways, in all windows there are. */
  readonly served: Served | null;
  /** What was signed of its version, checked now. Null where it came to no version; a word where that could not be checked. */
  readonly signatures: { readonly holds: boolean; readonly checks: readonly Check[] } | string | null;
  readonly made: { readonly at: Date; readonly by: string; readonly pawl: string };
}

/** One HTML page on a release for whoever has to answer for it: data, evaluation, rollout, decisions, approvals and signatures. */
export function releaseReport(evidence: ReleaseEvidence): string {
  const { release, made } = evidence;
  const sections: readonly (Section | null)[] = [
    overview(evidence),
    stepsSection(evidence),
    dataSection(evidence),
    searchSection(evidence),
    trainingSection(evidence),
    evaluationSection(evidence),
    rolloutSection(evidence),
    ...decisionSections(evidence),
    signatureSection(evidence),
    {
      id: 'file',
      title: 'pawl.yaml',
      body: html`<p>The file as it was applied, digest ${code(evidence.spec.digest)}.</p>
        <pre>${evidence.spec.source}</pre>`,
    },
  ];
  return document({
    title: `Release ${release.id}: ${outcomeWord(evidence)}`,
    lead: html`<p>${release.because ?? 'It has not ended yet.'}</p>`,
    sections: sections.filter((section): section is Section => section !== null),
    foot: html`<p>
      Made by pawl ${made.pawl} for ${made.by} on ${moment(made.at)} from the registry and the object store, as they were then.
      This page loads nothing and runs nothing. What it says can be checked with <code>pawl timeline ${release.model}</code>,
      <code>pawl champion ${release.model} --at TIME</code> and <code>pawl verify ${release.model}</code>.
    </p>`,
  });
}

const outcomeWord = ({ release }: ReleaseHistory) => release.outcome?.replace('_', ' ') ?? 'running';

function overview(evidence: ReleaseEvidence): Section {
  const { release, trigger, spec, version, reigns } = evidence;
  const { model, owner, task, description } = spec.spec;
  return {
    id: 'overview',
    title: 'Overview',
    body: facts([
      ['Model', description === '' ? model : html`${model}: ${description}`],
      ['Owner', owner],
      ['Task', task],
      ['Outcome', outcomeWord(evidence)],
      ['Version', version === null ? 'none was made' : `v${version.version}`],
      ['Drill', release.drill ? 'yes: a rehearsal with a copy of the champion' : null],
      ['Asked for', trigger === null ? null : askedFor(trigger)],
      ['Began', moment(release.startedAt)],
      ['Ended', release.endedAt === null ? 'not yet' : moment(release.endedAt)],
      ['Rules about data as of', release.asOf === null ? null : moment(release.asOf)],
      ['Gates overridden', release.overrideGates ? html`<strong class="bad">asked for</strong>` : 'no'],
      ['Labels shuffled', release.shuffleLabels ? html`<strong class="bad">yes: a rehearsal of a bad version</strong>` : null],
      ['Led', reigns.length === 0 ? 'never' : reigns.map(({ since, until }) => led(since, until))],
    ]),
  };
}

const askedFor = ({ by, kind, because, at }: NonNullable<ReleaseEvidence['trigger']>): Part =>
  html`by ${by} (${kind}) on ${moment(at)}: ${because}`;

const led = (since: Date, until: Date | null): Part =>
  html`<div>from ${moment(since)} ${until === null ? 'on' : html`to ${moment(until)}`}</div>`;
