import { describe, expect, it } from 'vitest';
import type { Characteristics } from './characteristics.ts';
import { simulationChart, spreadOut } from './chart.ts';
import { renderPng } from './render-png.ts';
import type { SimulationResult } from './simulate.ts';
import { nothingRecorded, profileOf } from './traffic-profile.ts';

const minute = 60_000;
const spread = (median: number) => ({ median, p90: 2 * median });

function kind(name: string, rolledBackAt: readonly number[]): Characteristics {
  const found = { after: spread(8 * minute), requests: spread(1200), callers: spread(90) };
  return {
    scenario: { name, errors: 1, worse: 0, slower: 1 },
    rollouts: 4,
    rolledBack: rolledBackAt.length,
    interval: { low: 0, high: 0.5 },
    promoted: 4 - rolledBackAt.length,
    undecided: 0,
    found: rolledBackAt.length === 0 ? null : found,
    promotedAfter: spread(30 * minute),
    stages: rolledBackAt.length === 0 ? {} : { 'the shadow': 1, '25 %': 3 },
    rules: rolledBackAt.length === 0 ? {} : { error_ratio: 3 },
    places: rolledBackAt.length === 0 ? {} : { 'error_ratio, 25 %': 3, 'the shadow': 1 },
    rolledBackAt,
    example: null,
  };
}

const result: SimulationResult = {
  model: 'sales',
  champion: 3,
  rollouts: 4,
  seed: 1,
  profile: profileOf('sales', 'binary-classification', nothingRecorded),
  course: [
    { stage: 'the shadow', from: 0 },
    { stage: '25 %', from: 10 * minute },
    { stage: 'the bake', from: 20 * minute },
  ],
  characteristics: [kind('healthy (A/A)', []), kind('errors <doubled>', [5 * minute, 8 * minute, 12 * minute])],
  drift: {
    rowsADay: 100,
    block: 20,
    falseAlarms: {
      aYear: 0,
      interval: { low: 0, high: 1.5 },
      statedAYear: 4.06,
      alarms: 0,
      rows: 5000,
      statedRows: 500,
      policyRows: 9000,
    },
    delays: [
      {
        feature: 'price & tax',
        importance: 0.5,
        shift: 0.5,
        streams: 40,
        missed: 2,
        rows: spread(100),
        after: spread(60 * minute),
      },
    ],
  },
  leftOut: ['no rule of the policy asks for latency'],
};

describe('the chart of a simulation', () => {
  const svg = simulationChart(result);

  it('draws a step up for each rollback, and says how many there were', () => {
    expect(svg.match(/<path /g)).toHaveLength(2);
    const [doubled, healthy] = [...svg.matchAll(/<path d="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(healthy?.match(/V/g)).toBeNull();
    expect(doubled?.match(/V/g)).toHaveLength(3);
    expect(svg).toContain('errors &lt;doubled&gt;, 75 %');
    expect(svg).toContain('>the bake<');
  });

  it('holds the numbers of the tables, what was assumed and what was left out', () => {
    for (const said of [
      '0 % to 50 %',
      '8 min (16 min)',
      '1,200 (2,400)',
      'price &amp; tax',
      '2 of 40',
      'error_ratio, 25 %',
      'Drift: 0 false alarms a year (0 to 1.5), where 4.1 are stated',
      'assumed: 0.2 % of requests fail',
      'no rule of the policy asks for latency',
    ])
      expect(svg).toContain(`>${said}<`);
  });

  it('becomes a picture with the font that comes along', () => {
    const png = renderPng(svg);
    expect([...png.slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    // Without a font there would be lines only.
    expect(png.length).toBeGreaterThan(renderPng(svg.replaceAll(/<text.*<\/text>/g, '')).length * 2);
  });

  it('keeps labels apart without changing their order', () => {
    const places = spreadOut([100, 100, 101, 300]);
    for (const [i, place] of places.entries()) if (i > 0) expect(place - (places[i - 1] ?? 0)).toBeGreaterThan(16.5);
    expect(places[3]).toBe(300);
  });
});
