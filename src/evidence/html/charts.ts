import { inWords, lasting, percent } from '../../stats/wording.ts';
import { html, type Markup, type Part } from './markup.ts';

/** Told apart by colour-blind people too (M. Okabe and K. Ito, 2008), darkened to 4.5:1 on white; lines differ in their dashes besides. */
const [ink, faint, line, blue, vermilion] = ['#1a1a1a', '#595959', '#c8c8c8', '#005a8f', '#a84300'];
const plot = { width: 720, height: 300, left: 60, right: 700, top: 20, bottom: 250 };

const x = (share: number) => Number((plot.left + (plot.right - plot.left) * share).toFixed(1));
const y = (share: number) => Number((plot.bottom - (plot.bottom - plot.top) * share).toFixed(1));

/**
 * A picture with its name and what it shows in words, which is what a screen reader reads in place of it.
 * @param id unique in the page
 */
function picture(id: string, title: string, description: string, height: number, body: Part): Markup {
  return html`<figure>
    <svg
      role="img"
      aria-labelledby="${id}-title ${id}-desc"
      viewBox="0 0 ${plot.width} ${height}"
      width="${plot.width}"
      height="${height}"
      font-size="12"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-desc">${description}</desc>
      ${body}
    </svg>
    <figcaption>${title}</figcaption>
  </figure>`;
}

function label(
  at: { readonly x: number; readonly y: number; readonly anchor?: 'start' | 'middle' | 'end' },
  said: string,
  fill = faint,
): Markup {
  return html`<text x="${at.x}" y="${at.y}" text-anchor="${at.anchor ?? 'start'}" fill="${fill}">${said}</text>`;
}

/** Lines at the quarters, with their shares. */
function grid(): Markup[] {
  return [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<line
          x1="${plot.left}"
          x2="${plot.right}"
          y1="${y(share)}"
          y2="${y(share)}"
          stroke="${line}"
        />${label({ x: plot.left - 8, y: y(share) + 4, anchor: 'end' }, percent(share))}`,
  );
}

/** A stretch of a rollout; times in ms since 1970. */
export interface RampStretch {
  readonly from: number;
  readonly to: number;
  /** Of the callers, that the version answered. */
  readonly share: number;
  /** Of the requests, that were scored beside. */
  readonly beside: number;
}

/** The share of a version over the time of its rollout. At least one stretch. */
export function rampChart(id: string, version: number, stretches: readonly RampStretch[]): Markup {
  const [start, end] = [stretches[0]?.from ?? 0, stretches.at(-1)?.to ?? 1];
  const at = (time: number) => x((time - start) / Math.max(1, end - start));
  const path = (share: (of: RampStretch) => number) =>
    stretches.map((of, i) => `${i === 0 ? 'M' : 'L'}${at(of.from)},${y(share(of))}H${at(of.to)}`).join('');
  const told = stretches.map(({ from, to, share }) => `${percent(share)} for ${lasting(Math.max(0, to - from))}`).join(', then ');
  return picture(
    id,
    `Share of the callers that v${version} answered, and of the requests that were scored beside`,
    `v${version} answered ${told}. The table below has the same numbers.`,
    plot.height,
    html`${grid()}<path
        d="${path(({ beside }) => beside)}"
        fill="none"
        stroke="${vermilion}"
        stroke-width="2"
        stroke-dasharray="6 4"
      /><path
        d="${path(({ share }) => share)}"
        fill="none"
        stroke="${blue}"
        stroke-width="3"
      />${label({ x: plot.left, y: plot.bottom + 18 }, 'begins')}${label({ x: plot.right, y: plot.bottom + 18, anchor: 'end' }, `${lasting(Math.max(0, end - start))} later`)}<line
        x1="${plot.left}"
        x2="${plot.left + 30}"
        y1="${plot.bottom + 38}"
        y2="${plot.bottom + 38}"
        stroke="${blue}"
        stroke-width="3"
      />${label({ x: plot.left + 38, y: plot.bottom + 42 }, 'answered', ink)}<line
        x1="${plot.left + 130}"
        x2="${plot.left + 160}"
        y1="${plot.bottom + 38}"
        y2="${plot.bottom + 38}"
        stroke="${vermilion}"
        stroke-width="2"
        stroke-dasharray="6 4"
      />${label({ x: plot.left + 168, y: plot.bottom + 42 }, 'scored beside', ink)}`,
  );
}

/** A group of answers with like scores. */
interface ReliabilityPoint {
  readonly meanScore: number;
  readonly positive: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/** What scores promise against what came of it; on the dashed line they mean what they say. */
export function reliabilityChart(id: string, points: readonly ReliabilityPoint[]): Markup {
  const told = points.map(({ meanScore, positive }) => `${percent(meanScore)} came to ${percent(positive)}`).join(', ');
  const drawn = points.map(
    ({ meanScore, positive, low, high }) =>
      html`<line
          x1="${x(meanScore)}"
          x2="${x(meanScore)}"
          y1="${y(low)}"
          y2="${y(high)}"
          stroke="${blue}"
          stroke-width="2"
        /><circle cx="${x(meanScore)}" cy="${y(positive)}" r="4" fill="${blue}" />`,
  );
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    label({ x: x(share), y: plot.bottom + 18, anchor: 'middle' }, percent(share)),
  );
  return picture(
    id,
    'Reliability: the mean score of rows with like scores, and the share of them that was positive',
    `Mean scores against shares of positives: ${told}. The table below has the same numbers.`,
    plot.height,
    html`${grid()}<line
        x1="${x(0)}"
        y1="${y(0)}"
        x2="${x(1)}"
        y2="${y(1)}"
        stroke="${faint}"
        stroke-dasharray="4 4"
      />${drawn}${ticks}${label({ x: plot.right, y: plot.bottom + 38, anchor: 'end' }, 'mean score')}`,
  );
}

/** Bars that are drawn; the table has all. */
const mostBars = 20;

/** Shares of the gain, the largest first. */
export function importanceChart(id: string, importances: readonly (readonly [feature: string, share: number])[]): Markup {
  const shown = importances.slice(0, mostBars);
  const most = Math.max(...shown.map(([, share]) => share), 1e-9);
  const left = 220;
  const bars = shown.map(([feature, share], i) => {
    const top = 10 + i * 24;
    const width = Math.max(0, Number((((plot.right - left - 60) * share) / most).toFixed(1)));
    const name = feature.length > 28 ? `${feature.slice(0, 27)}…` : feature;
    return html`${label({ x: left - 8, y: top + 13, anchor: 'end' }, name, ink)}<rect
        x="${left}"
        y="${top}"
        width="${width}"
        height="16"
        fill="${blue}"
      />${label({ x: left + width + 6, y: top + 13 }, percent(share), ink)}`;
  });
  const rest = importances.length - shown.length;
  const told = shown.map(([feature, share]) => `${feature} ${percent(share)}`).join(', ');
  const of = rest === 0 ? '' : `, the ${inWords(shown.length)} largest of ${inWords(importances.length)}`;
  return picture(
    id,
    `What the version goes by: the share of each feature in the gain${of}`,
    `${told}.`,
    20 + shown.length * 24,
    bars,
  );
}
