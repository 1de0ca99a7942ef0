import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ValueHasher } from './value-hasher.ts';

describe('hashing feature values', () => {
  it('is HMAC-SHA-256 under a key of the secret and the model, cut to 16 bytes', () => {
    const key = createHmac('sha256', 'secret').update('pawl prediction log\0m').digest();
    const whole = createHmac('sha256', key).update('age\x0042').digest('hex');
    expect(new ValueHasher('m', 'secret').hash('age', '42').toString('hex')).toBe(whole.slice(0, 32));
  });

  it('tells nothing of equal values in other features, models or under other secrets', () => {
    const hasher = new ValueHasher('m', 'secret');
    const hashes = [
      hasher.hash('age', '42'),
      hasher.hash('age', '43'),
      hasher.hash('weight', '42'),
      new ValueHasher('n', 'secret').hash('age', '42'),
      new ValueHasher('m', 'another').hash('age', '42'),
      new ValueHasher('m', '').hash('age', '42'),
    ];
    expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(hashes.length);
  });

  it('is the same each time, also for more values than it remembers', () => {
    const hasher = new ValueHasher('m', 'secret');
    const first = Array.from({ length: 10_000 }, (_, n) => hasher.hash('id', `${n}`).toString('hex'));
    const second = Array.from({ length: 10_000 }, (_, n) => hasher.hash('id', `${n}`).toString('hex'));
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(10_000);
  });
});
