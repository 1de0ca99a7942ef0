import { counted, percent, sized } from '../../stats/wording.ts';
import { importanceChart } from '../html/charts.ts';
import { html, type Part } from '../html/markup.ts';
import { code, facts, type Section, table } from '../html/parts.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** By what the version was made, with which parameters, and what it goes by; null where none was. */
export function trainingSection({ version, evaluation, served }: ReleaseEvidence): Section | null {
  if (version === null) return null;
  const { digest, trainer, seed, params, importances, copyOf } = version;
  const bytes = evaluation?.bytes;
  return {
    id: 'training',
    title: 'Training',
    body: html`${facts([
      ['Artifact', code(digest)],
      ['Size', bytes === undefined ? null : sized(bytes)],
      ['Copy of', copyOf === null ? null : `v${copyOf}, for a drill`],
      ['Trainer', trainer],
      ['Code', codeText(version.code)],
      ['Seed', seed],
      ['Serving', served === null ? 'no gateway has served it' : servedText(served)],
    ])}${parameterTable(params)}${importancePart(importances)}`,
  };
}

function codeText(made: NonNullable<ReleaseEvidence['version']>['code']): Part {
  if (made === null) return 'not kept';
  return html`pawl ${made.pawl}${made.digest === undefined ? null : html`, trainer ${code(made.digest)}`}`;
}

function servedText({ requests, p50, p99 }: NonNullable<ReleaseEvidence['served']>): string {
  const latency = p50 === null || p99 === null ? '' : `, median ${p50.toFixed(2)} ms, 99 % within ${p99.toFixed(2)} ms`;
  return `${counted(requests, 'request')}${latency}`;
}

function parameterTable(params: Readonly<Record<string, unknown>>): Part {
  const rows = Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  if (rows.length === 0) return null;
  return table({ id: 'parameters', caption: 'Parameters as used, defaults filled in', head: ['Parameter', 'Value'], rows });
}

function importancePart(importances: Readonly<Record<string, number>>): Part {
  const ordered = Object.entries(importances).toSorted(([, a], [, b]) => b - a);
  if (ordered.length === 0) return null;
  return html`${importanceChart('importance-chart', ordered)}${table({
    id: 'importances',
    caption: 'Share of each feature in the gain',
    head: ['Feature', 'Share'],
    rows: ordered.map(([feature, share]) => [feature, percent(share)]),
  })}`;
}
