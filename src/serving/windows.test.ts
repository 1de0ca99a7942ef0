import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowRow } from '../registry/windows.ts';
import { latencyBin } from './latency-histogram.ts';
import { mergeWindows, OpenWindows } from './windows.ts';

const total = (bins: readonly number[]) => bins.reduce((sum, count) => sum + count, 0);
const sums = (rows: readonly WindowRow[]) => {
  const all = (of: (row: WindowRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  return [
    all((row) => row.requests),
    all((row) => row.callerFaults),
    all((row) => row.errors),
    all((row) => row.fallbacks),
    all((row) => total(row.latency)),
    all((row) => total(row.score)),
  ];
};

describe('windows', () => {
  it('count each version, revision and role apart', () => {
    const windows = new OpenWindows('g1', 1000);
    windows.arm('m', 'binary-classification', 1, 7, 'champion').answered(3, [0.2, 0.9]);
    windows.arm('m', 'binary-classification', 2, 7, 'challenger').failed(5, true);
    windows.arm('m', 'binary-classification', 2, 7, 'shadow').answered(1, [0.5]);
    windows.arm('m', 'binary-classification', 1, 8, 'champion').callerFaults++;
    const rows = windows.close(3000);
    expect(
      rows.map((row) => [row.version, row.revision, row.role, row.requests, row.errors, row.fallbacks, row.callerFaults]),
    ).toEqual([
      [1, 7, 'champion', 1, 0, 0, 0],
      [2, 7, 'challenger', 1, 1, 1, 0],
      [2, 7, 'shadow', 1, 0, 0, 0],
      [1, 8, 'champion', 0, 0, 0, 1],
    ]);
    expect(rows[0]).toMatchObject({ process: 'g1', startedAt: new Date(1000), lengthMs: 2000 });
    expect(rows[0]?.latency[latencyBin(3)]).toBe(1);
    expect(rows[0]?.score[4]).toBe(1);
    expect(rows[0]?.score[18]).toBe(1);
  });

  it('count nothing twice: what was closed is not in the next window', () => {
    const windows = new OpenWindows('g1', 0);
    windows.arm('m', 'regression', 1, 1, 'champion').answered(1, [5]);
    windows.close(1000);
    expect(windows.close(2000)).toEqual([]);
    windows.arm('m', 'regression', 1, 1, 'champion').answered(1, [5]);
    expect(windows.close(3000)).toMatchObject([{ requests: 1, startedAt: new Date(2000) }]);
  });

  it('never give two windows the same key, also when the wall clock is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1 }), (closings) => {
        const windows = new OpenWindows('g1', 2500);
        const starts = closings.flatMap((now) => {
          windows.arm('m', 'regression', 1, 1, 'champion').answered(1, []);
          return windows.close(now).map((row) => row.startedAt.getTime());
        });
        expect(new Set(starts).size).toBe(closings.length);
      }),
    );
  });

  it('merge without losing a count, into one row for each key that spans them all', () => {
    const step = fc.record({
      version: fc.integer({ min: 1, max: 2 }),
      ms: fc.double({ min: 0, max: 1000, noNaN: true }),
      good: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.array(step), { maxLength: 6 }), (turns) => {
        const windows = new OpenWindows('g1', 0);
        const rows = turns.flatMap((turn, i) => {
          for (const { version, ms, good } of turn) {
            const arm = windows.arm('m', 'regression', version, 1, 'champion');
            if (good) arm.answered(ms, [ms]);
            else arm.failed(ms, false);
          }
          return windows.close((i + 1) * 1000);
        });
        const merged = mergeWindows(rows);
        expect(sums(merged)).toEqual(sums(rows));
        expect(merged.length).toBe(new Set(rows.map((row) => row.version)).size);
        for (const row of rows) {
          const whole = merged.find((one) => one.version === row.version);
          expect(whole?.startedAt.getTime()).toBeLessThanOrEqual(row.startedAt.getTime());
        }
      }),
    );
  });
});
