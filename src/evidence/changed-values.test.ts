import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedValues } from './changed-values.ts';

describe('what differs between two values', () => {
  it('is told by its path, with what is not there told apart from null', () => {
    const from = { trees: 200, step: { for: '10m' }, ramp: [0.05, 1], gone: 1 };
    const to = { trees: 300, step: { for: '10m', share: null }, ramp: [0.1, 1] };
    expect(changedValues(from, to)).toEqual([
      { path: 'trees', from: 200, to: 300 },
      { path: 'step.share', from: undefined, to: null },
      { path: 'ramp', from: [0.05, 1], to: [0.1, 1] },
      { path: 'gone', from: 1, to: undefined },
    ]);
    expect(Object.hasOwn(changedValues({}, { step: null })[0] ?? {}, 'from')).toBe(true);
  });

  it('is nothing for equal values, and takes names that objects have by themselves for keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(changedValues(value, structuredClone(value))).toEqual([]);
      }),
    );
    expect(changedValues({}, { constructor: 1 })).toEqual([{ path: 'constructor', from: undefined, to: 1 }]);
  });
});
