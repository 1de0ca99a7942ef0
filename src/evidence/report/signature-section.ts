import { html } from '../html/markup.ts';
import { type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** What was signed of the version, and whether it held when the report was made; null where there is no version. */
export function signatureSection({ signatures, version }: ReleaseEvidence): Section | null {
  if (version === null || signatures === null) return null;
  const base = { id: 'signatures', title: 'Signatures' };
  if (typeof signatures === 'string') return { ...base, body: html`<p>${signatures}</p>` };
  const { holds, checks } = signatures;
  const words = { holds: 'holds', fails: html`<strong class="bad">fails</strong>`, unknown: 'not known' };
  return {
    ...base,
    body: html`<p>
        ${holds ? `All that was signed of v${version.version} held` : html`<strong class="bad">What was signed of v${version.version} did not hold</strong>`}
        against the registry, the artifact and the dataset as they were when this report was made.
      </p>
      ${table({
        id: 'checks',
        caption: 'Each thing that was signed, checked',
        head: ['Subject', 'Result', 'In words'],
        rows: checks.map(({ subject, result, because }) => [subject, words[result], because]),
      })}`,
  };
}
