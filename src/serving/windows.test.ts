import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelSignature } from '../onnx/signature.ts';
import type { WindowRow } from '../registry/windows.ts';
import { referenceBins } from '../stats/reference-bins.ts';
import { latencyP99 } from './latency-sketch.ts';
import { mergeWindows } from './merge-windows.ts';
import { OpenWindows, type ArmShape } from './windows.ts';

const signature: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [
    { name: 'price', type: 'number' },
    { name: 'region', type: 'category' },
  ],
  classes: ['0', '1'],
  threshold: 0.5,
};
const reference = referenceBins(
  [
    { name: 'price', type: 'number', values: Float64Array.from({ length: 100 }, (_, i) => i) },
    { name: 'region', type: 'category', values: Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? 'VIC' : 'NSW')) },
  ],
  Float64Array.from({ length: 100 }, (_, i) => i / 100),
);
const shape: ArmShape = { task: 'binary-classification', signature, reference };
const total = (bins: readonly number[]) => bins.reduce((sum, count) => sum + count, 0);

describe('windows', () => {
  it('count each version, revision and role apart', () => {
    const windows = new OpenWindows('g1', 1000);
    windows.arm('m', 1, 7, 'champion', shape).answered(
      3,
      [0.2, 0.9],
      [
        [5, 'NSW'],
        [NaN, 'WA'],
      ],
    );
    windows.arm('m', 2, 7, 'challenger', shape).failed(5, true, 'customer-4');
    windows.arm('m', 2, 7, 'shadow', shape).answered(1, [0.5], [[5, 'VIC']]);
    windows.arm('m', 1, 8, 'champion', shape).callerFaults++;
    windows.arm('other', 1, 8, 'champion', shape).failed(5, false, null);
    const rows = windows.close(3000);
    const told = ({ model, version, revision, role, requests, errors, fallbacks, callerFaults }: WindowRow) =>
      [model, version, revision, role, requests, errors, fallbacks, callerFaults] as const;
    expect(rows.map(told)).toEqual([
      ['m', 1, 7, 'champion', 1, 0, 0, 0],
      ['m', 2, 7, 'challenger', 1, 1, 1, 0],
      ['m', 2, 7, 'shadow', 1, 0, 0, 0],
      ['m', 1, 8, 'champion', 0, 0, 0, 1],
      ['other', 1, 8, 'champion', 1, 1, 0, 0],
    ]);
    expect(rows[0]).toMatchObject({ process: 'g1', startedAt: new Date(1000), lengthMs: 2000, rows: 2 });
    expect(rows[1]?.errorsByKey.counts).toEqual([1]);
    expect(rows[4]?.errorsByKey.counts).toEqual([]);
    expect(latencyP99(rows[1]?.latency ?? { zeros: 0, buckets: [], counts: [] })).toBeCloseTo(5, 1);
    // Price: its second bin, and missing; region: NSW, the second of them with the others.
    expect(rows[0]?.features.flatMap((count, bin) => (count > 0 ? [bin] : []))).toEqual([1, 20, 21, 23]);
    expect(rows[0]?.score.flatMap((count, bin) => (count > 0 ? [bin] : []))).toEqual([4, 18]);
  });

  it('count no bins for a version without a reference, or with one of other features', () => {
    const windows = new OpenWindows('g1', 0);
    const others = { ...signature, features: signature.features.toReversed() };
    windows.arm('m', 1, 1, 'champion', { ...shape, reference: null }).answered(1, [0.5], [[5, 'NSW']]);
    windows.arm('m', 2, 1, 'shadow', { ...shape, signature: others }).answered(1, [0.5], [['NSW', 5]]);
    expect(windows.close(1000)).toMatchObject([
      { rows: 1, score: [], features: [] },
      { rows: 1, score: [], features: [] },
    ]);
  });

  it('add what scoring cost, and keep the largest memory', () => {
    const windows = new OpenWindows('g1', 0);
    const arm = windows.arm('m', 1, 1, 'champion', shape);
    arm.spent(1.5, 100, 5e6);
    arm.spent(0.0004, 1, 4e6);
    expect(windows.close(1000)).toMatchObject([{ cpuMicros: 1500, scoredRows: 101, memoryBytes: 5e6 }]);
  });

  it('count nothing twice: what was closed is not in the next window', () => {
    const windows = new OpenWindows('g1', 0);
    windows.arm('m', 1, 1, 'champion', shape).answered(1, [0.5], [[5, 'NSW']]);
    windows.close(1000);
    expect(windows.close(2000)).toEqual([]);
    windows.arm('m', 1, 1, 'champion', shape).answered(1, [0.5], [[5, 'NSW']]);
    expect(windows.close(3000)).toMatchObject([{ requests: 1, startedAt: new Date(2000) }]);
  });

  it('never give two windows the same key, also when the wall clock is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1 }), (closings) => {
        const windows = new OpenWindows('g1', 2500);
        const starts = closings.flatMap((now) => {
          windows.arm('m', 1, 1, 'champion', shape).answered(1, [], []);
          return windows.close(now).map((row) => row.startedAt.getTime());
        });
        expect(new Set(starts).size).toBe(closings.length);
      }),
    );
  });

  it('say the same when they are merged as one long window would have said', () => {
    const request = fc.record({
      version: fc.integer({ min: 1, max: 2 }),
      ms: fc.double({ min: 0, max: 1000, noNaN: true }),
      key: fc.option(fc.nat(100).map(String)),
      good: fc.boolean(),
      price: fc.double({ min: -10, max: 110 }),
      region: fc.constantFrom('NSW', 'VIC', 'WA', ''),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(request, { maxLength: 40 }), { maxLength: 5 }), (turns) => {
        const [short, long] = [new OpenWindows('g1', 0), new OpenWindows('g1', 0)];
        const rows = turns.flatMap((turn, i) => {
          for (const { version, ms, key, good, price, region, score } of turn) {
            for (const windows of [short, long]) {
              const arm = windows.arm('m', version, 1, 'champion', shape);
              if (good) arm.answered(ms, [score], [[price, region]]);
              else arm.failed(ms, false, key);
              arm.spent(2, 1, 1000 * version);
            }
          }
          return short.close((i + 1) * 1000);
        });
        const counts = (row: WindowRow) => ({ ...row, startedAt: null, lengthMs: null });
        const merged = mergeWindows(rows);
        const byVersion = (a: WindowRow, b: WindowRow) => a.version - b.version;
        expect(merged.toSorted(byVersion).map(counts)).toEqual(long.close(9000).toSorted(byVersion).map(counts));
        for (const row of rows) {
          const whole = merged.find((one) => one.version === row.version);
          expect(whole?.startedAt.getTime()).toBeLessThanOrEqual(row.startedAt.getTime());
          expect(total(row.features)).toBe(2 * row.rows);
          expect(total(row.score)).toBe(row.rows);
          expect(total(row.latency.counts) + row.latency.zeros).toBe(row.requests);
        }
      }),
    );
  });
});
