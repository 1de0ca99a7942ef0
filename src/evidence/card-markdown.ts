import type { Rate } from '../evaluation/fairness.ts';
import { figure, inWords, percent } from '../stats/wording.ts';
import type { ModelCard } from './model-card.ts';
import { trialWords } from './search-report.ts';
import type { MeasuredMetric } from './slice-metrics.ts';

/** The card for people: GitHub's Markdown. Every text of others is escaped, so that it stays text. */
export function cardMarkdown(card: ModelCard): string {
  const { model, version, made } = card;
  const sections = [
    `# ${text(model)} v${version}`,
    card.purpose === '' ? '' : text(card.purpose),
    facts(card),
    list('What it is for', card.intendedUse),
    list('Who uses it', card.users),
    list('Limits', card.limits),
    list('What could go wrong for people', card.ethics),
    data(card),
    section('Metrics', metrics(card)),
    section('Groups', groups(card)),
    section('Gates', gates(card)),
    section('What it goes by', importances(card)),
    section(
      'How it was made',
      table(['', ''], [['trainer', text(made.trainer)], ['seed', String(made.seed)], ...parameters(card)]),
    ),
    section('Parameters that were tried', trials(card)),
    section('Who let it through', admission(card)),
  ];
  return `${sections.filter((part) => part !== '').join('\n\n')}\n`;
}

function facts({ task, owner, digest, made }: ModelCard): string {
  const { code, release, at, trigger, spec, copyOf, endpoint } = made;
  const trained =
    code === null ? null : `pawl ${text(code.pawl)}${code.digest === undefined ? '' : `, trainer \`${code.digest}\``}`;
  const rows = [
    ['task', text(task)],
    ['owner', text(owner)],
    [endpoint === null ? 'artifact' : 'endpoint', endpoint === null ? `\`${digest}\`` : text(endpoint)],
    ['registered', at],
    ['release', release === null ? 'made by none' : text(release)],
    ['asked for by', trigger === null ? null : `${text(trigger.by)} (${trigger.kind}): ${text(trigger.because)}`],
    ['code', trained],
    ['pawl.yaml', spec === null ? null : `\`${text(spec)}\``],
    ['copy of', copyOf === null ? null : `v${copyOf}, for a drill`],
  ].filter((row): row is [string, string] => row[1] !== null);
  return table(['', ''], rows);
}

function data({ data: of }: ModelCard): string {
  if (of === null) return section('Data', 'What it learned from is not known.');
  const { digest, rows, quarantined, oldest, newest, holdoutFrom, heldOut, label, features } = of;
  const lines: (readonly [string, string])[] = [
    ['dataset', `\`${digest}\``],
    [
      'rows',
      `${inWords(rows)}${quarantined === 0 ? '' : `, and ${inWords(quarantined)} that broke the contract and were set aside`}`,
    ],
    ...(oldest === null || newest === null ? [] : [['window', `${oldest} to ${newest}`] as const]),
    ...(heldOut === null
      ? []
      : [
          [
            'held out',
            `${inWords(heldOut)} rows${holdoutFrom === null ? '' : `, from ${holdoutFrom} on`}; it has learned from none of them`,
          ] as const,
        ]),
    ...(label === null ? [] : [['label', text(label)] as const]),
    ['features', features.map(({ name, type }) => `${text(name)} (${type})`).join(', ')],
  ];
  return section('Data', table(['', ''], lines));
}

function metrics({ metrics: of, champion }: ModelCard): string {
  if (of.length === 0) return '';
  const head = ['metric', 'rows', 'value', 'may be', ...(champion === null ? [] : [`champion v${champion.version}, same rows`])];
  const rows = of.map((metric) => [
    text(metric.metric),
    `${metric.rows === null ? '' : `${inWords(metric.rows)} `}${metric.slice === null ? 'held out' : `where ${text(metric.slice)}`}`,
    figure(metric.value),
    intervalText(metric),
    ...(champion === null ? [] : [championText(champion.metrics[metric.metric], metric)]),
  ]);
  return table(head, rows);
}

function intervalText({ interval }: MeasuredMetric): string {
  if (interval === null) return 'not known';
  return `${figure(interval.low)} to ${figure(interval.high)}, each end with ${percent(interval.confidence)} confidence (${interval.method})`;
}

const championText = (value: number | undefined, { slice }: MeasuredMetric) =>
  value === undefined || slice !== null ? '' : figure(value);

function groups({ groups: of }: ModelCard): string {
  if (of.length === 0) return '';
  const rate = (found: Rate) =>
    found === null
      ? 'no such rows'
      : `${percent(found.value)} of ${inWords(found.rows)} (${percent(found.low)} to ${percent(found.high)})`;
  return table(
    ['group', 'rows', 'predicted positive', 'true-positive rate', 'false-positive rate', 'calibration error'],
    of.map(({ group, rows, selection, truePositive, falsePositive, calibration }) => [
      text(group),
      inWords(rows),
      rate(selection),
      rate(truePositive),
      rate(falsePositive),
      calibration === null ? '' : `${figure(calibration.value)} (${figure(calibration.low)} to ${figure(calibration.high)})`,
    ]),
  );
}

function gates({ gates: of, made }: ModelCard): string {
  if (of.length === 0) return made.endpoint === null ? 'None were asked for.' : '';
  return of.map(({ passed, because }) => `- ${passed ? 'passed' : '**refused**'}: ${text(because)}`).join('\n');
}

function importances({ importances: of }: ModelCard): string {
  if (of.length === 0) return '';
  return table(
    ['feature', 'share of the gain'],
    of.map(({ feature, share }) => [text(feature), percent(share)]),
  );
}

function parameters({ made }: ModelCard): string[][] {
  return Object.entries(made.parameters).map(([name, value]) => [
    text(name),
    text(typeof value === 'string' ? value : JSON.stringify(value)),
  ]);
}

/** Every trial, the one that was chosen in bold type. */
function trials({ search }: ModelCard): string {
  if (search === null) return '';
  const { metric, because, chosen } = search;
  const rows = search.trials.map((report) => {
    const { params, scores, state } = trialWords(report);
    const name = chosen?.trial === report.trial ? `**${report.trial}, chosen**` : String(report.trial);
    return [name, text([state, scores].filter((word) => word !== '').join(': ')), text(params)];
  });
  const found = because === null ? '' : `${text(because)}.\n\n`;
  return `${found}${table(['trial', metric === null ? 'score' : text(metric), 'parameters'], rows)}`;
}

function admission({ approval, override, made }: ModelCard): string {
  if (made.endpoint !== null) return 'It answered before pawl did.';
  const words = [
    ...(override === null ? [] : [`- A gate refused it, and ${text(override.by)} let it through: ${text(override.because)}`]),
    ...(approval === null ? [] : [`- ${text(approval.because)}`]),
  ];
  return words.length === 0 ? 'The gates alone; no approval is on record.' : words.join('\n');
}

const section = (title: string, body: string) => (body === '' ? '' : `## ${title}\n\n${body}`);
const list = (title: string, lines: readonly string[]) => section(title, lines.map((line) => `- ${text(line)}`).join('\n'));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A text that was not ours to write, on one line and without meaning to Markdown. */
function text(said: string): string {
  return said
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*[\]|#~]/g, '\\$&');
}
