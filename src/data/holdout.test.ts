import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FinalError } from '../errors.ts';
import type { Frame } from './dataset.ts';
import { rowsFrom, splitHoldout } from './holdout.ts';

/** A frame whose rows are told apart by their label. */
function frameOf(times: readonly number[] | null, rows = times?.length ?? 0): Frame {
  const label = Float64Array.from({ length: rows }, (_, i) => i);
  return {
    rows,
    features: ['a', 'k'],
    columns: {
      a: { type: 'number', values: Float32Array.from(label) },
      k: { type: 'category', codes: Int32Array.from(label), levels: [...label].map(String) },
    },
    label,
    classes: null,
    timestamp: times === null ? null : Float64Array.from(times),
  };
}

const labels = (frame: Frame) => [...frame.label];

describe('splitHoldout', () => {
  it('holds out the rows younger than a duration, counted from the newest', () => {
    const { train, holdout, boundary } = splitHoldout(frameOf([0, 10, 20, 30, 40]), { ms: 20 });
    expect([labels(train), labels(holdout), boundary]).toEqual([[0, 1, 2], [3, 4], 30]);
  });

  it('holds out a share of rows in their order where there are no times', () => {
    const { train, holdout, boundary } = splitHoldout(frameOf(null, 10), { share: 0.3 });
    expect([labels(train).length, labels(holdout), boundary]).toEqual([7, [7, 8, 9], null]);
  });

  it('keeps the rows of one moment on one side', () => {
    const { train, holdout } = splitHoldout(frameOf([0, 10, 20, 20, 20]), { share: 0.2 });
    expect([labels(train), labels(holdout)]).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
  });

  it('cuts every column at the same row', () => {
    const { holdout } = splitHoldout(frameOf([0, 10, 20, 30]), { ms: 10 });
    expect(holdout.columns).toEqual({
      a: { type: 'number', values: Float32Array.of(3) },
      k: { type: 'category', codes: Int32Array.of(3), levels: ['0', '1', '2', '3'] },
    });
  });

  it.each([
    ['nothing to learn from', frameOf([0, 10, 20]), { ms: 100 }],
    ['nothing to evaluate on', frameOf(null, 2), { share: 0.1 }],
    ['one moment only', frameOf([5, 5, 5]), { share: 0.5 }],
    ['a duration without times', frameOf(null, 3), { ms: 1 }],
    ['no rows', frameOf([]), { ms: 1 }],
  ])('refuses to leave %s', (_, frame, holdout) => {
    expect(() => splitHoldout(frame, holdout)).toThrow(FinalError);
  });

  it('loses and repeats no row, and never learns from what is as new as the hold-out', () => {
    const times = fc.array(fc.nat(50), { minLength: 2, maxLength: 60 }).map((all) => all.toSorted((a, b) => a - b));
    const holdouts = fc.oneof(fc.record({ ms: fc.nat(60) }), fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }));
    fc.assert(
      fc.property(times, holdouts, (all, rule) => {
        const frame = frameOf(all);
        let split;
        try {
          split = splitHoldout(frame, rule);
        } catch (error) {
          expect(error).toBeInstanceOf(FinalError);
          return;
        }
        expect([...labels(split.train), ...labels(split.holdout)]).toEqual(labels(frame));
        expect(split.train.timestamp?.at(-1)).toBeLessThan(split.boundary ?? -1);
        expect(split.holdout.timestamp?.[0]).toBe(split.boundary);
        expect(labels(rowsFrom(frame, split.boundary ?? -1))).toEqual(labels(split.holdout));
      }),
    );
  });
});

describe('rowsFrom', () => {
  it('gives the rows at or after a moment', () => {
    expect(labels(rowsFrom(frameOf([0, 10, 10, 20]), 10))).toEqual([1, 2, 3]);
    expect(rowsFrom(frameOf([0, 10]), 11).rows).toBe(0);
  });

  it('gives every row where there are no times', () => {
    expect(rowsFrom(frameOf(null, 3), 10).rows).toBe(3);
  });
});
