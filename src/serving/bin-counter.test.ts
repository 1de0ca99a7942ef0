import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binOfNumber, featureOffsets, referenceBins } from '../stats/reference-bins.ts';
import { BinCounter, BinLayout } from './bin-counter.ts';

const number = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 }), fc.constant(NaN));
const boolean = fc.constantFrom(0, 1, NaN);
const category = fc.constantFrom('', 'NSW', 'VIC', '__proto__', 'WA');
const row = fc.tuple(number, boolean, category, number);
const referenceOf = (rows: readonly (readonly [number, number, string, number])[]) =>
  referenceBins(
    [
      { name: 'price', type: 'number', values: rows.map(([price]) => price) },
      { name: 'holiday', type: 'boolean', values: rows.map(([, holiday]) => holiday) },
      { name: 'region', type: 'category', values: rows.map(([, , region]) => region) },
    ],
    rows.map(([, , , score]) => score),
  );

describe('counting rows in the bins of a reference', () => {
  it('counts the reference rows as the reference does', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 150 }), (rows) => {
        const reference = referenceOf(rows);
        const counter = new BinCounter(BinLayout.of(reference));
        for (const [price, holiday, region, score] of rows) counter.add([price, holiday, region], score);
        expect([...counter.features]).toEqual(reference.features.flatMap(({ counts }) => counts));
        expect([...counter.score]).toEqual(reference.score.counts);
      }),
    );
  });

  it('counts each later row once in each feature, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.array(row, { maxLength: 50 }), (before, later) => {
        const reference = referenceOf(before);
        const counter = new BinCounter(BinLayout.of(reference));
        for (const [price, holiday, region, score] of later) counter.add([price, holiday, region], score);
        const offsets = featureOffsets(reference);
        for (let i = 0; i < 3; i++) {
          const own = counter.features.subarray(offsets[i], offsets[i + 1]);
          expect(own.reduce((sum, count) => sum + count, 0)).toBe(later.length);
        }
        const edges = reference.score.edges;
        for (const [, , , score] of later) expect(counter.score[binOfNumber(edges, score)]).toBeGreaterThan(0);
      }),
    );
  });

  it('counts a category that the reference does not know with the others', () => {
    const reference = referenceBins([{ name: 'region', type: 'category', values: ['NSW', 'NSW', 'VIC'] }], [0, 0, 0]);
    const counter = new BinCounter(BinLayout.of(reference));
    counter.add(['WA'], 0);
    counter.add([''], 0);
    expect([...counter.features]).toEqual([0, 0, 1, 1]);
  });
});
