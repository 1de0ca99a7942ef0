import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { ErrorBursts } from './error-bursts.ts';

const rule = { above: 0.02, for: 120_000, at_least: 5, by: 'estimate' } as const;
const passed = (challengerErrors: number, championErrors = 0) => ({
  champion: { requests: 1000, errors: championErrors },
  challenger: { requests: 200, errors: challengerErrors },
});

describe('bursts of errors between two looks', () => {
  it('are found at the error that passes the limit, with what came before it only', () => {
    const bursts = new ErrorBursts(rule);
    const random = new Random(1);
    expect(bursts.add(0, 20_000, passed(4), random)).toBeNull();
    const burst = bursts.add(20_000, 40_000, passed(20, 10), random);
    expect(burst?.at).toBeGreaterThan(20_000);
    expect(burst?.at).toBeLessThan(40_000);
    const { errors, requests } = burst?.recent ?? { errors: 0, requests: 0 };
    expect(errors).toBeGreaterThanOrEqual(5);
    expect(errors).toBeLessThan(24);
    expect(requests).toBeLessThan(400);
    expect(errors / requests).toBeGreaterThan(0.02);
    expect(burst?.recentChampion.requests).toBe(Math.round(((burst?.at ?? 0) / 40_000) * 2000));
  });

  it('forget errors that are older than the limit looks back on', () => {
    const bursts = new ErrorBursts(rule);
    const random = new Random(2);
    expect(bursts.add(0, 1000, { ...passed(4), challenger: { requests: 100, errors: 4 } }, random)).toBeNull();
    expect(bursts.add(1000, 200_000, { ...passed(0), challenger: { requests: 100, errors: 0 } }, random)).toBeNull();
    expect(bursts.add(200_000, 201_000, { ...passed(0), challenger: { requests: 10, errors: 4 } }, random)).toBeNull();
  });
});
