import type { ColumnProfile, DatasetManifest } from '../../data/dataset.ts';
import { counted, figure, inWords, percent } from '../../stats/wording.ts';
import { html, type Part } from '../html/markup.ts';
import { code, facts, list, moment, type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** The dataset, where it came from, what broke the contract, and each column. */
export function dataSection({ dataset, manifest, version, evaluation }: ReleaseEvidence): Section {
  const base = { id: 'data', title: 'Data' };
  if (dataset === null) return { ...base, body: html`<p>The release came to no dataset.</p>` };
  const heldOut = evaluation === null ? null : counted(evaluation.rows, 'row');
  const from = version?.holdoutFrom ?? evaluation?.holdoutFrom ?? null;
  return {
    ...base,
    body: html`${facts([
      ['Dataset', code(dataset.digest)],
      ['Rows', inWords(dataset.rows)],
      ['Set aside', dataset.quarantined === 0 ? 'none' : `${counted(dataset.quarantined, 'row')} that broke the contract`],
      [
        'Window',
        dataset.oldest === null || dataset.newest === null ? null : html`${moment(dataset.oldest)} to ${moment(dataset.newest)}`,
      ],
      [
        'Held out',
        heldOut === null
          ? null
          : html`${heldOut}${from === null ? null : html`, from ${moment(from)} on`}: the version has learned from none of them`,
      ],
    ])}${manifest === null ? html`<p>The dataset is not in the object store any more; what is above is from the registry.</p>` : details(manifest)}`,
  };
}

function details({ sources, violations, profile }: DatasetManifest): Part {
  return html`<h3>Source files</h3>
    ${list(sources.files.map(({ path, bytes }) => html`${path} (${counted(bytes, 'byte')})`))}${
      sources.ignored.length === 0
        ? null
        : html`<p>Columns of the files that the contract does not name: ${sources.ignored.join(', ')}.</p>`
    }
    <h3>Contract</h3>
    ${
      violations.length === 0
        ? html`<p>Every row meets it.</p>`
        : list(violations.map(({ because, quarantined }) => `${because}${quarantined ? ' (set aside)' : ''}`))
    }
    <h3>Columns</h3>
    ${table({
      id: 'columns',
      caption: 'Each column of the dataset, the label last',
      head: [
        'Column',
        'Type',
        'Missing',
        'Different values',
        'Mean',
        'Standard deviation',
        'Least',
        'Median',
        'Greatest',
        'Most frequent',
      ],
      rows: profile.map(columnCells),
    })}`;
}

function columnCells({ name, type, count, missing, distinct, mean, sd, min, max, quantiles, top }: ColumnProfile): Part[] {
  const number = (value: number | undefined) => (value === undefined ? '' : figure(value));
  const frequent = (top ?? []).slice(0, 3).map((one) => `${one.value} (${percent(one.count / Math.max(1, count))})`);
  return [
    name,
    type,
    missing === 0 ? 'none' : percent(missing / Math.max(1, count)),
    inWords(distinct),
    ...[mean, sd, min, quantiles?.[5], max].map(number),
    frequent.join(', '),
  ];
}
