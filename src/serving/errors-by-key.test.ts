import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addErrorsByKey, type ErrorsByKey, hashRange, KeyedErrors, keyHash, mostKeys, noErrors } from './errors-by-key.ts';

const countOf = (keys: readonly string[]): ErrorsByKey => {
  const errors = new KeyedErrors();
  for (const key of keys) errors.add(key);
  return errors.sums();
};
const total = ({ counts, others }: ErrorsByKey) => counts.reduce((sum, count) => sum + count, others);
const keys = fc.array(
  fc.nat(150).map((n) => `customer-${n}`),
  { maxLength: 300 },
);

describe('errors by the key of the caller', () => {
  it('say the same of a sum as of all at once, however they are split', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 5 }), (parts) => {
        const added = parts.map(countOf).reduce(addErrorsByKey, noErrors);
        expect(added).toEqual(countOf(parts.flat()));
        expect(parts.toReversed().map(countOf).reduce(addErrorsByKey, noErrors)).toEqual(added);
        expect(total(added)).toBe(parts.flat().length);
      }),
    );
  });

  it('keep at most 64 callers, each with all of its errors, and none in clear', () => {
    fc.assert(
      fc.property(keys, (all) => {
        const { keys: kept, counts } = countOf(all);
        expect(kept.length).toBe(Math.min(mostKeys, new Set(all).size));
        const byHash = new Map(all.map((key) => [keyHash(key), all.filter((other) => other === key).length]));
        for (const [i, key] of kept.entries()) expect(counts[i]).toBe(byHash.get(key));
        expect(JSON.stringify(kept)).not.toContain('customer');
      }),
    );
  });

  it('are kept under a hash that is the same at every gateway', () => {
    expect(keyHash('customer-4')).toBe(0x55acbab4b9ac);
    expect(keyHash('')).toBeLessThan(hashRange);
  });
});
