import { describe, expect, it } from 'vitest';
import { FinalError, TransientError } from '../errors.ts';
import { isRefusal } from './registry-refusal.ts';

describe('a refusal of the registry', () => {
  it('is a final error, bad data or a broken constraint', () => {
    expect(isRefusal(new FinalError('PAWL_MODEL_NOT_FOUND', ''))).toBe(true);
    expect(isRefusal(Object.assign(new Error(), { code: '22021' }))).toBe(true);
    expect(isRefusal(Object.assign(new Error(), { code: '23503' }))).toBe(true);
  });

  it('is not an absence: a lost connection, a shutdown, a serialization failure', () => {
    expect(isRefusal(new TransientError('PAWL_REGISTRY_UNAVAILABLE', ''))).toBe(false);
    for (const code of ['ECONNREFUSED', '57P01', '40001', '08006'])
      expect(isRefusal(Object.assign(new Error(), { code }))).toBe(false);
    expect(isRefusal('gone')).toBe(false);
  });
});
