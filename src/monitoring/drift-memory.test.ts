import { describe, expect, it } from 'vitest';
import { Random } from '../training/random.ts';
import { driftFindings } from './drift-finding.ts';
import { type DriftMemory, watchDrift } from './drift-memory.ts';
import { driftReference } from './drift-reference.ts';
import type { DriftAlarm } from './drift-detector.ts';

const day = 86_400_000;
const random = new Random(5);
const uniform = (count: number, from = 0) => Array.from({ length: count }, () => from + random.next());
const features = { a: { type: 'number' }, b: { type: 'number' } } as const;
const reference = {
  name: 'v1',
  reference: driftReference({ a: uniform(4000), b: uniform(4000) }, { features, stretch: 1000 }),
};

/** So many rows a day from a day on; `from` is where b begins. */
const batch = (from: number, first: number, count: number) => ({
  at: Array.from({ length: count }, (_, i) => first + i),
  columns: { a: uniform(count), b: uniform(count, from) },
});

describe('what the drift detectors remember', () => {
  it('is where they have come to, and tells what moved, since when, and what was there before', () => {
    let memory: DriftMemory | null = null;
    let seen: ReturnType<typeof watchDrift> | null = null;
    for (let i = 0; i < 20; i++) {
      seen = watchDrift(memory, reference, batch(i < 10 ? 0 : 0.3, i * day, 500), 90 * day, (i + 1) * day);
      if (i < 10) expect(seen.drift).toBeNull();
      memory = JSON.parse(JSON.stringify(seen.memory)) as DriftMemory;
    }
    expect(memory?.upTo).toBe(19 * day + 499);
    expect(memory?.state.rows).toBe(10_000);
    expect(seen?.drift?.features).toEqual(['b']);
    expect(seen?.drift?.because).toMatch(/^1 of 2 features moved: b rose from 0\.\d+ to 0\.\d+ over the last/);
    // The first row of the change, or one of the last hundred before it.
    expect(seen?.since).toBeGreaterThan(9 * day + 400);
    expect(seen?.since).toBeLessThan(10 * day + 100);
    expect(JSON.stringify(memory).length).toBeLessThan(10_000);
  });

  it('begins anew with another reference', () => {
    const first = watchDrift(null, reference, batch(0.3, 0, 2000), 90 * day, day);
    expect(first.drift).not.toBeNull();
    const other = {
      name: 'v2',
      reference: driftReference({ a: uniform(2000), b: uniform(2000, 0.3) }, { features, stretch: 1000 }),
    };
    const second = watchDrift(first.memory, other, batch(0.3, day, 500), 90 * day, 2 * day);
    expect([second.drift, second.memory.begun, second.memory.state.rows]).toEqual([null, 2 * day, 500]);
  });
});

describe('alarms of the detectors', () => {
  const alarm = (feature: string, what: DriftAlarm['what'], since: number): DriftAlarm => ({
    feature,
    what,
    from: 0,
    to: 1,
    value: null,
    direction: 'up',
    since,
    rows: 10,
    evidence: 1e9,
    because: `${feature} (${what})`,
  });

  it('are drift where values moved, and faults of the data where they went missing or are new', () => {
    const { drift, faults, since } = driftFindings(
      [alarm('a', 'distribution', 7), alarm('b', 'missing', 3), alarm('c', 'new category', 4), alarm('score', 'score', 5)],
      6,
    );
    expect(drift).toEqual({ because: '1 of 6 features moved: a (distribution); score (score)', features: ['a', 'score'] });
    expect(faults.map(({ feature, because }) => [feature, because])).toEqual([
      ['b', 'b (missing)'],
      ['c', 'c (new category)'],
    ]);
    expect(since).toBe(5);
  });

  it('are told in full for three features, and by name for the others', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((feature) => alarm(feature, 'distribution', 1));
    expect(driftFindings(many, 9).drift?.because).toBe(
      '5 of 9 features moved: a (distribution); b (distribution); c (distribution); d and e',
    );
    expect(driftFindings([alarm('score', 'score', 1)], 9).drift?.because).toBe('the score moved: score (score)');
    expect(driftFindings([], 9)).toEqual({ drift: null, faults: [], since: null });
  });
});
