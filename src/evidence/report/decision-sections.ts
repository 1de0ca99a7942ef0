import type { RecordedWord } from '../../registry/release-history.ts';
import { html, type Part } from '../html/markup.ts';
import { moment, type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** What was decided, and who let it through, or asked for something while it ran. */
export function decisionSections(evidence: ReleaseEvidence): Section[] {
  const { decisions } = evidence;
  return [
    {
      id: 'decisions',
      title: 'Decisions',
      body:
        decisions.length === 0
          ? html`<p>None is on record.</p>`
          : table({
              id: 'decided',
              caption: 'Every decision of this release, in order, with the numbers that it was made on',
              head: ['When', 'Where', 'Decision', 'Because', 'Numbers'],
              rows: decisions.map((word) => [
                moment(word.at),
                `${word.workflow}: ${word.stage}`,
                word.action,
                word.because,
                numbers(word),
              ]),
            }),
    },
    { id: 'people', title: 'Approvals, overrides and requests', body: html`${words(evidence)}${requests(evidence)}` },
  ];
}

function words({ spec, decisions, version, trigger }: ReleaseEvidence): Part {
  const asked = spec.spec.release.approval === 'required';
  const said = decisions.filter(({ workflow, stage }) => workflow === 'release' && stage === 'approval');
  const approval = asked ? 'An approval was asked for.' : 'No approval was asked for: the gates alone decide.';
  const override =
    version?.overridden === true
      ? html`<p>
          <strong class="bad">A gate refused it, and ${trigger?.by ?? 'somebody'} let it through</strong>:
          ${trigger?.because ?? 'no reason is on record'}
        </p>`
      : html`<p>No gate was overridden.</p>`;
  return html`<p>${approval}</p>
    ${
      said.length === 0
        ? asked
          ? html`<p>Nobody has given one.</p>`
          : null
        : table({
            id: 'approvals',
            caption: 'What was said where an approval was asked for',
            head: ['When', 'Word', 'In full'],
            rows: said.map(({ at, action, because }) => [moment(at), action, because]),
          })
    }${override}`;
}

function requests({ operations }: ReleaseEvidence): Part {
  if (operations.length === 0) return html`<p>Nobody asked for anything while it ran.</p>`;
  return table({
    id: 'requests',
    caption: 'What people, or the monitor, asked while it ran',
    head: ['When', 'Who', 'What', 'Why', 'What became of it'],
    rows: operations.map(({ askedAt, by, action, reason, because }) => [
      moment(askedAt),
      by,
      action,
      reason,
      because ?? 'not done yet',
    ]),
  });
}

/** In full, folded: the evaluation has a section of its own. */
function numbers({ evidence, stage }: RecordedWord): Part {
  if (evidence === null || evidence === undefined) return 'none';
  if (stage === 'evaluate') return html`see <a href="#evaluation">Evaluation</a>`;
  return html`<details>
    <summary>show</summary>
    <pre>${JSON.stringify(evidence, null, 1)}</pre>
  </details>`;
}
