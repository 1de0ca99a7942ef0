import { describe, expect, it } from 'vitest';
import { predictionId } from './prediction-id.ts';

describe('prediction ids', () => {
  it('are UUIDs of version 7, each of its own', () => {
    const ids = Array.from({ length: 5000 }, () => predictionId());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(5000);
  });

  it('sort by the millisecond they were made in', () => {
    expect(predictionId(1_700_000_000_000) < predictionId(1_700_000_000_001)).toBe(true);
  });
});
