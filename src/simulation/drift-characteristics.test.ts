import { describe, expect, it } from 'vitest';
import { modelSpec } from '../spec/schema.ts';
import { Random } from '../training/random.ts';
import { normal } from './draws.ts';
import { driftCharacteristics } from './drift-characteristics.ts';
import { type AcceptedRows, assumedRows, blockLength, resampled } from './row-blocks.ts';

function spec(monitor: object = {}, features: readonly string[] = ['price', 'demand']) {
  return modelSpec.parse({
    model: 'sales',
    task: 'regression',
    owner: 'ada',
    source: { files: 'a.csv' },
    contract: { label: 'y', features: Object.fromEntries(features.map((name) => [name, { type: 'number' }])) },
    monitor,
  });
}

/** Numbers in which neighbours are as alike as `phi` says. */
function alike(phi: number, rows: number): Float64Array {
  const random = new Random(3);
  let level = 0;
  return Float64Array.from({ length: rows }, () => (level = phi * level + Math.sqrt(1 - phi * phi) * normal(random)));
}

const accepted: AcceptedRows = {
  rows: 1500,
  columns: { price: alike(0, 1500), demand: alike(0, 1500) },
  scores: null,
  importances: { price: 0.2, demand: 0.8 },
};

describe('drift that is simulated on accepted rows', () => {
  // 48 rows a day, and a false alarm in 20 days at most: 960 rows.
  // Half of the model's false alarms are drift's.
  const found = driftCharacteristics(spec({ drift: { false_alarms: '1 in 10d' }, every: '1h' }), accepted, 48, { seed: 1 });

  it('is reported no more often than stated where nothing changes', () => {
    expect(found?.rowsADay).toBe(48);
    expect(found?.falseAlarms).toMatchObject({ statedAYear: 18.25, statedRows: 960, policyRows: 960 });
    const { interval, alarms, aYear, rows } = found?.falseAlarms ?? {
      interval: { low: NaN, high: NaN },
      alarms: NaN,
      aYear: NaN,
      rows: NaN,
    };
    expect(interval.low).toBeLessThan(18.25);
    expect(aYear).toBeCloseTo((alarms / rows) * 960 * 18.25, 6);
    expect(aYear).toBeGreaterThanOrEqual(interval.low);
    expect(aYear).toBeLessThanOrEqual(interval.high);
  });

  it('is found the sooner the larger the shift, in rows and in the time that rows take to come', () => {
    expect(found?.delays.map(({ feature, shift }) => [feature, shift])).toEqual([
      ['demand', 0.2],
      ['demand', 0.5],
      ['demand', 1],
      ['price', 0.2],
      ['price', 0.5],
      ['price', 1],
    ]);
    const rows = (found?.delays ?? []).filter(({ feature }) => feature === 'demand').map((delay) => delay.rows.median);
    expect(rows).toEqual(rows.toSorted((a, b) => b - a));
    expect(rows[2]).toBeLessThan(120);
    for (const { after, rows: of } of found?.delays ?? []) {
      expect(after.median % 3_600_000).toBe(0);
      expect(after.median - (of.median / 2) * 3_600_000).toBeLessThan(3_600_000);
    }
  });

  it('is the same for a seed', () => {
    const few = { ...accepted, columns: { price: accepted.columns['price'] ?? [] } };
    const run = () => driftCharacteristics(spec({ drift: { false_alarms: '1 in 1d' } }, ['price']), few, 48, { seed: 4 });
    expect(run()).toEqual(run());
  });

  it('is left out where no detector watches, and on hardly any row', () => {
    expect(driftCharacteristics(spec({ preset: 'classic' }), accepted, 48, { seed: 1 })).toBeNull();
    expect(driftCharacteristics(spec({ drift: { by: 'thresholds' } }), accepted, 48, { seed: 1 })).toBeNull();
    expect(driftCharacteristics(spec(), assumedRows(spec(), 50), 48, { seed: 1 })).toBeNull();
  });
});

describe('rows drawn in blocks', () => {
  it('keep neighbours together for as long as they are alike', () => {
    const of = (phi: number) => blockLength({ ...accepted, columns: { price: alike(phi, 1500) } });
    expect(of(0)).toBe(20);
    expect(of(0.9)).toBeGreaterThan(50);
    expect(of(0.999)).toBe(150);
    const rows = resampled(100, 10, 35, new Random(1));
    expect(rows.length).toBe(35);
    for (const [i, row] of rows.entries()) if (i % 10 !== 0) expect(row).toBe((rows[i - 1] ?? NaN) + 1);
    expect(Math.max(...rows)).toBeLessThan(100);
  });
});
