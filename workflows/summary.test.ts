import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summary } from './summary.ts';

describe('a summary', () => {
  it('is never longer than Temporal takes, whatever somebody wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000, size: 'max' }), (text) => {
        expect(Buffer.byteLength(summary(text))).toBeLessThanOrEqual(400);
      }),
    );
  });

  it('is the sentence itself where that is short, on one line', () => {
    expect(summary('25 % held for 10 min:\n  1,204 requests')).toBe('25 % held for 10 min: 1,204 requests');
  });

  it('says that it was cut', () => {
    expect(summary('é'.repeat(1000))).toMatch(/^é{193}…$/);
  });
});
