import type { GroupReport, Rate } from '../../evaluation/fairness.ts';
import type { GateResult, StatedInterval } from '../../evaluation/gate-result.ts';
import type { ReliabilityBin } from '../../evaluation/reliability.ts';
import { counted, figure, inWords, percent } from '../../stats/wording.ts';
import { reliabilityChart } from '../html/charts.ts';
import { html, type Part } from '../html/markup.ts';
import { type Section, table } from '../html/parts.ts';
import { classTable } from './class-table.ts';
import type { ReleaseEvidence } from './release-report.ts';

/** Metrics with intervals, gates, groups and reliability; null where nothing was evaluated. */
export function evaluationSection({ evaluation }: ReleaseEvidence): Section | null {
  if (evaluation === null) return null;
  const { rows, champion, passed, because, gates, groups = [], classes, reliability } = evaluation;
  const against =
    champion === null
      ? 'There was no champion to beat yet.'
      : `It was held against v${champion}, the champion, on the same rows.`;
  return {
    id: 'evaluation',
    title: 'Evaluation',
    body: html`<p>On ${counted(rows, 'row')} that the version has not learned from. ${against}</p>
      <p>${passed ? 'Every gate holds' : html`<strong class="bad">A gate refused it</strong>`}: ${because}.</p>
      ${metricTable(evaluation)}${gateTable(gates)}${classTable(classes ?? [])}${groupTable(groups)}${reliability ? reliabilityPart(reliability) : null}`,
  };
}

function metricTable(evaluation: NonNullable<ReleaseEvidence['evaluation']>): Part {
  const { metrics, championMetrics, champion, intervals } = evaluation;
  const names = Object.keys(metrics);
  if (names.length === 0) return null;
  const others = champion === null ? [] : [`Champion v${champion}`];
  return table({
    id: 'metrics',
    caption: 'Metrics on the held-out rows',
    head: ['Metric', 'Value', 'May be', ...others],
    rows: names.map((name) => {
      const theirs = championMetrics?.[name];
      const value = metrics[name];
      return [
        name,
        value === undefined ? '' : figure(value),
        intervalText(intervals?.[name]),
        ...(champion === null ? [] : [theirs === undefined ? 'not known' : figure(theirs)]),
      ];
    }),
  });
}

function intervalText(interval: StatedInterval | null | undefined): string {
  if (interval == null) return 'not known';
  const { low, high, confidence, method } = interval;
  // An end that nothing bounds is null once it was written as JSON.
  const end = (value: number | null) => (value === null || !Number.isFinite(value) ? 'any' : figure(value));
  return `${end(low)} to ${end(high)}, each end with ${percent(confidence)} confidence (${method})`;
}

function gateTable(gates: readonly GateResult[]): Part {
  if (gates.length === 0) return html`<p>No gates were asked for.</p>`;
  return table({
    id: 'gates',
    caption: 'Gates',
    head: ['Gate', 'Result', 'Value', 'Bound', 'May be', 'In words'],
    rows: gates.map(({ gate, passed, value, bound, interval, gain, because }) => [
      gate,
      passed ? 'passed' : html`<strong class="bad">refused</strong>`,
      value === null ? 'none' : figure(value),
      bound === null ? 'none' : figure(bound),
      `${gain === undefined ? '' : 'the gain: '}${intervalText(interval)}`,
      because,
    ]),
  });
}

function groupTable(groups: readonly GroupReport[]): Part {
  if (groups.length === 0) return null;
  const rate = (of: Rate) =>
    of === null ? 'no such rows' : `${percent(of.value)} of ${inWords(of.rows)} (${percent(of.low)} to ${percent(of.high)})`;
  return html`<h3>Groups</h3>
    ${table({
      id: 'groups',
      caption: 'How the version treats each group',
      head: ['Group', 'Rows', 'Predicted positive', 'True-positive rate', 'False-positive rate', 'Calibration error'],
      rows: groups.map(({ group, rows, selection, truePositive, falsePositive, calibration }) => [
        group,
        inWords(rows),
        rate(selection),
        rate(truePositive),
        rate(falsePositive),
        calibration === null
          ? 'none'
          : `${figure(calibration.value)} (${figure(calibration.low)} to ${figure(calibration.high)})`,
      ]),
    })}`;
}

function reliabilityPart(bins: readonly ReliabilityBin[]): Part {
  if (bins.length === 0) return null;
  return html`<h3>Reliability</h3>
    ${reliabilityChart('reliability-chart', bins)}${table({
      id: 'reliability',
      caption: 'Rows with like scores, and what came of them',
      head: ['Scores', 'Rows', 'Mean score', 'Positive', 'May be'],
      rows: bins.map(({ from, to, rows, meanScore, positive, low, high }) => [
        `${percent(from)} to ${percent(to)}`,
        inWords(rows),
        percent(meanScore),
        percent(positive),
        `${percent(low)} to ${percent(high)}`,
      ]),
    })}`;
}
