import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../random.ts';
import { sortFloats } from './sort-floats.ts';

it('puts many floats in the order that comparing puts them in', () =>
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 40 }), fc.integer(), (some, seed) => {
      const random = new Random(seed);
      const values = Float32Array.from({ length: 2500 }, (_, i) => some[i] ?? random.next() - 0.5);
      const expected = [...values].sort((a, b) => a - b || (Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1));
      sortFloats(values);
      expect([...values]).toEqual(expected);
    }),
    { numRuns: 30 },
  ));
