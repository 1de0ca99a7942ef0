import { describe, expect, it } from 'vitest';
import { classAnswers, numberAnswers, recordedPairs } from './answered-pairs.ts';
import { ratesByHour } from './hours.ts';
import { nothingRecorded, profileOf } from './traffic-profile.ts';

const hour = 3_600_000;
const monday = Date.UTC(2026, 0, 5);

describe('the profile of a model', () => {
  it('says what was assumed, which is everything where nothing is recorded', () => {
    const profile = profileOf('sales', 'binary-classification', nothingRecorded);
    expect(profile.assumed).toEqual([
      '10 requests a second, day and night',
      '1,000 callers with a key, the one of rank k asking as often as 1/k',
      '0.2 % of requests fail',
      'latency of 5 ms, with a 99th percentile of 20 ms',
      'an accuracy of 80.0 %, two versions answering one in ten requests differently, independently of each other',
      'a label for half of the requests, after 1 to 60 minutes',
    ]);
    expect(profile.madeOf).toEqual([]);
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
    const latencies = profile.latency.reduce((sum, [, count]) => sum + count, 0);
    const below = (ms: number) => profile.latency.reduce((sum, [upTo, count]) => sum + (upTo <= ms ? count : 0), 0) / latencies;
    expect(Math.abs(below(5) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(below(20.2) - 0.99)).toBeLessThan(0.002);
  });

  it('takes the rows held out for labels that have not come, and never failed for hardly ever', () => {
    const errors = { requests: 999, errors: 0 };
    const accuracy = profileOf('sales', 'binary-classification', { ...nothingRecorded, errors }, { accuracy: 0.79 });
    expect(accuracy.errorRate).toBe(0.0005);
    expect(accuracy.answers).toMatchObject({ accuracy: { negative: 0.79, positive: 0.79 } });
    const { answers } = profileOf('bikes', 'regression', nothingRecorded, { mae: 83 });
    const sizes = answers.task === 'regression' ? answers.errors : [];
    expect(Math.abs(sizes.reduce((sum, size) => sum + size, 0) / sizes.length - 83)).toBeLessThan(1);
  });
});

describe('requests by hour of the day', () => {
  it('are those of the time that is known, silent hours with it, and the average of the rest', () => {
    const hours = [
      { hour: monday + 9 * hour, requests: 3600 },
      { hour: monday + 11 * hour, requests: 1800 },
      { hour: monday + 33 * hour, requests: 10_800 },
    ];
    // From half past nine to the next day's ten.
    const { perSecond, known } = ratesByHour(hours, monday + 9.5 * hour, monday + 34 * hour);
    expect(known).toBe(24);
    expect(perSecond[9]).toBeCloseTo((3600 + 10_800) / (1.5 * 3600), 12);
    expect(perSecond[10]).toBe(0);
    expect(perSecond[11]).toBeCloseTo(0.5, 12);
    const short = ratesByHour([{ hour: monday, requests: 90 }], monday, monday + 30_000);
    expect(short.known).toBe(1);
    expect(short.perSecond).toEqual(new Array(24).fill(3));
  });
});

describe('recorded answers', () => {
  const row = (id: string, version: number, prediction: string, score = 0) => ({
    id,
    at: 0,
    version,
    role: 'shadow' as const,
    prediction,
    score,
  });

  it('are pairs where both sides scored a request', () => {
    const rows = [row('a', 1, '1'), row('a', 2, '0'), row('b', 1, '1'), row('c', 2, '1'), row('d', 3, '1')];
    const pairs = recordedPairs(rows, { champion: 1, challenger: 2 }, new Map([['a', '1']]));
    expect(pairs).toEqual([{ champion: rows[0], challenger: rows[1], label: '1' }]);
  });

  it('tell how right a classifier is by label, and how often two differ', () => {
    const labelled = Array.from({ length: 200 }, (_, i) => ({ label: i < 50 ? '1' : '0', prediction: i % 5 === 0 ? '1' : '0' }));
    expect(classAnswers(labelled.slice(0, 49), [], '1')).toBeNull();
    const alone = classAnswers(labelled, [], '1');
    expect(alone?.answers).toMatchObject({ positives: 0.25, disagreement: { negative: 0.1, positive: 0.1 } });
    expect(alone?.answers.accuracy.positive).toBeCloseTo(11 / 52, 12);
    expect(alone?.assumed).toEqual(['two versions that answer one in ten requests differently, independently of each other']);
    const pairs = Array.from({ length: 100 }, (_, i) => ({
      champion: { score: 1, prediction: '1' },
      challenger: { score: 1, prediction: i < 20 ? '0' : '1' },
      label: i < 10 ? '1' : null,
    }));
    const paired = classAnswers(labelled, pairs, '1');
    expect(paired).toMatchObject({ answers: { disagreement: { negative: 0.2, positive: 0.2 } }, assumed: [] });
  });

  it('tell of three classes how right a classifier is on one of them and on the others', () => {
    const labelled = Array.from({ length: 150 }, (_, i) => ({
      label: 'abc'[i % 3] ?? '',
      prediction: i % 3 === 1 ? 'c' : ('abc'[i % 3] ?? ''),
    }));
    const told = classAnswers(labelled, [], 'c');
    expect(told?.answers.positives).toBeCloseTo(1 / 3, 12);
    // All of c, and of the others those that are a: b is called c.
    expect(told?.answers.accuracy).toEqual({ negative: 51 / 102, positive: 51 / 52 });
  });

  it('tell how far off a regressor is, and how alike the errors of two are', () => {
    const labelled = Array.from({ length: 100 }, (_, i) => ({ score: i, label: '0' }));
    const pairs = labelled.map(({ score }, i) => ({
      champion: { score, prediction: '' },
      challenger: { score: score + (i % 2 === 0 ? 3 : -3), prediction: '' },
      label: '0',
    }));
    const told = numberAnswers(labelled, pairs);
    expect(told?.answers.errors.slice(0, 3)).toEqual([0, 1, 2]);
    expect(told?.answers.correlation).toBeGreaterThan(0.98);
    expect(told?.answers.disagreement).toBe(0);
    expect(told?.assumed).toEqual([]);
    expect(numberAnswers(labelled, [])?.answers.correlation).toBe(0.9);
  });
});
