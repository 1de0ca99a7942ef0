import { counted, percent } from '../stats/wording.ts';
import type { Characteristics } from './characteristics.ts';
import type { SimulationResult } from './simulate.ts';
import { driftHead, driftRows, falseAlarmSentence, rolloutHead, rolloutRow } from './summary-rows.ts';
import { element, text } from './svg.ts';

const width = 1200;
const margin = 40;
const plot = { left: 90, right: width - 270, top: 136, bottom: 450 };
const lineHeight = 22;
/** Of M. Okabe and K. Ito (2008): told apart by colour-blind people too. Healthy versions are drawn in the first. */
const colours = ['#000000', '#0072b2', '#d55e00', '#56b4e9', '#cc79a7', '#009e73'];
const [ink, faint, line] = ['#1a1a1a', '#666666', '#d9d9d9'];
/** Labels beside the lines are so far apart at least. */
const apart = 17;

/**
 * A picture of a simulation as SVG: the share of rollouts that are rolled back as time passes, a line for each kind of version, and
 * the main numbers beneath.
 */
export function simulationChart(result: SimulationResult): string {
  const tables = tablesOf(result);
  const height = tables.bottom + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans, sans-serif" font-size="13">`,
    element('rect', { width, height, fill: '#ffffff' }),
    text(margin, 44, `${result.model}: what the policy does with versions on trial`, {
      'font-size': 20,
      'font-weight': 'bold',
      fill: ink,
    }),
    text(
      margin,
      68,
      `${counted(result.rollouts, 'simulated rollout')} of each kind on the model's traffic, seed ${result.seed}${result.profile.assumed.length > 0 ? '; partly assumed, see below' : ''}`,
      { fill: faint },
    ),
    text(plot.left, plot.top - 36, 'share of the rollouts that a rule has taken back', { fill: faint, 'font-size': 12 }),
    ...curves(result),
    ...tables.parts,
    '</svg>',
  ].join('\n');
}

function curves({ characteristics, course }: SimulationResult): string[] {
  const longest = longestShown(characteristics);
  const x = (ms: number) => plot.left + ((plot.right - plot.left) * Math.min(ms, longest)) / longest;
  const y = (share: number) => plot.bottom - (plot.bottom - plot.top) * share;
  const ends = spreadOut(characteristics.map((of) => y(of.rolledBackAt.filter((at) => at <= longest).length / of.rollouts)));
  const stages = course.flatMap(({ stage, from }, i) => {
    if (from >= longest) return [];
    const until = Math.min(longest, course[i + 1]?.from ?? longest);
    const wide = x(until) - x(from);
    return [
      ...(i % 2 === 0
        ? [element('rect', { x: x(from), y: plot.top, width: wide, height: plot.bottom - plot.top, fill: '#f4f4f4' })]
        : []),
      ...(wide > 40
        ? [text(x(from) + wide / 2, plot.top - 8, stage, { 'text-anchor': 'middle', fill: faint, 'font-size': 11 })]
        : []),
    ];
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    element('line', { x1: plot.left, x2: plot.right, y1: y(share), y2: y(share), stroke: line }),
    text(plot.left - 10, y(share) + 4, percent(share), { 'text-anchor': 'end', fill: faint }),
  ]);
  const ticks = ticksTo(longest).flatMap((at) => [
    element('line', { x1: x(at), x2: x(at), y1: plot.bottom, y2: plot.bottom + 5, stroke: faint }),
    text(x(at), plot.bottom + 20, tickText(at, longest), { 'text-anchor': 'middle', fill: faint }),
  ]);
  // The healthy version is drawn last, over those that do as it does.
  const lines = characteristics.toReversed().flatMap((of, from) => {
    const i = characteristics.length - 1 - from;
    const stroke = colours[i % colours.length] ?? ink;
    const points = [`M${plot.left},${y(0).toFixed(1)}`];
    for (const [done, at] of of.rolledBackAt.entries()) {
      if (at > longest) break;
      points.push(`H${x(at).toFixed(1)}`, `V${y((done + 1) / of.rollouts).toFixed(1)}`);
    }
    points.push(`H${plot.right}`);
    return [
      element('path', { d: points.join(''), fill: 'none', stroke, 'stroke-width': i === 0 ? 2.5 : 1.8 }),
      text(plot.right + 10, (ends[i] ?? 0) + 4, `${of.scenario.name}, ${percent(of.rolledBack / of.rollouts)}`, { fill: stroke }),
    ];
  });
  return [
    ...stages,
    ...grid,
    ...ticks,
    text(plot.right, plot.bottom + 40, 'since the rollout began', { 'text-anchor': 'end', fill: faint, 'font-size': 12 }),
    ...lines,
  ];
}

/** Until a healthy version is promoted, and nearly all others have been taken back. */
function longestShown(characteristics: readonly Characteristics[]): number {
  const found = characteristics.map((of) => (of.rolledBack > leastFound * of.rollouts ? (of.found?.after.p90 ?? 0) : 0));
  return Math.max(60_000, characteristics[0]?.promotedAfter?.median ?? 0, ...found) * 1.05;
}

/** Fewer rollbacks do not make the time longer that is shown. */
const leastFound = 0.1;

/** Round times, four to nine of them. */
function ticksTo(longest: number): number[] {
  const minutes = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240, 360, 720, 1440, 2880, 10_080, 40_320];
  const step = (minutes.find((one) => longest / (one * 60_000) <= 8) ?? 100_800) * 60_000;
  return Array.from({ length: Math.floor(longest / step) + 1 }, (_, i) => i * step);
}

/** In one unit, the largest in which all ticks are whole. */
function tickText(at: number, longest: number): string {
  const [, second = 1] = ticksTo(longest);
  const [size, name] = (
    [
      [86_400_000, 'd'],
      [3_600_000, 'h'],
      [60_000, 'min'],
      [1000, 's'],
    ] as const
  ).find(([unit]) => second % unit === 0) ?? [1, 'ms'];
  return at === 0 ? '0' : `${at / size} ${name}`;
}

/** Places on a line, moved apart where they are too near, and as little as may be. */
export function spreadOut(places: readonly number[]): number[] {
  const order = places.map((place, i) => ({ place, i })).toSorted((a, b) => a.place - b.place);
  for (let round = 0; round < 200; round++) {
    let moved = false;
    for (let i = 1; i < order.length; i++) {
      const [above, below] = [order[i - 1], order[i]];
      const missing = above === undefined || below === undefined ? 0 : apart - (below.place - above.place);
      if (missing <= 0.01 || above === undefined || below === undefined) continue;
      above.place -= missing / 2;
      below.place += missing / 2;
      moved = true;
    }
    if (!moved) break;
  }
  const spread = [...places];
  for (const { place, i } of order) spread[i] = place;
  return spread;
}

function tablesOf(result: SimulationResult): { readonly parts: readonly string[]; readonly bottom: number } {
  const parts: string[] = [];
  let y = plot.bottom + 80;
  const rows = (head: readonly string[], cells: readonly (readonly string[])[], places: readonly number[]) => {
    for (const [i, row] of [head, ...cells].entries()) {
      for (const [column, cell] of row.entries())
        parts.push(
          text(places[column] ?? margin, y, cell, {
            'font-size': 11,
            fill: i === 0 ? faint : ink,
            'text-anchor': column === 0 ? 'start' : 'end',
          }),
        );
      if (i === 0) parts.push(element('line', { x1: margin, x2: width - margin, y1: y + 7, y2: y + 7, stroke: line }));
      y += lineHeight;
    }
  };
  rows(rolloutHead, result.characteristics.map(rolloutRow), [margin, 270, 388, 458, 530, 660, 830, 950, 1055, width - margin]);
  if (result.drift !== null) {
    y += 16;
    parts.push(text(margin, y, `Drift: ${falseAlarmSentence(result.drift)}`, { fill: ink, 'font-weight': 'bold' }));
    y += lineHeight + 4;
    if (result.drift.delays.length > 0) rows(driftHead, driftRows(result.drift), [margin, 360, 450, 600, 740, 860]);
  }
  y += 12;
  const notes = [...result.leftOut, ...result.profile.assumed.map((sentence) => `assumed: ${sentence}`)];
  for (const note of ['median, and the 90th percentile in parentheses', ...notes]) {
    parts.push(text(margin, y, note, { 'font-size': 11, fill: faint }));
    y += 16;
  }
  return { parts, bottom: y - 16 };
}
