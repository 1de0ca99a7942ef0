import { describe, expect, it } from 'vitest';
import type { Frame } from '../data/dataset.ts';
import type { BehaviourSpec } from '../spec/evaluation-schema.ts';
import { modelSpec } from '../spec/schema.ts';
import { type Answers, answersAt } from './answers.ts';
import { checkBehaviour } from './behaviour.ts';

const rows = 200;
const frame: Frame = {
  rows,
  features: ['price', 'region', 'new'],
  columns: {
    price: { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => (i === 7 ? NaN : i / 200)) },
    region: { type: 'category', codes: Int32Array.from({ length: rows }, (_, i) => (i % 3) - 1), levels: ['north', 'south'] },
    new: { type: 'number', values: Float32Array.from({ length: rows }, (_, i) => i % 2), boolean: true },
  },
  label: new Float64Array(rows),
  classes: ['no', 'yes'],
  timestamp: null,
};
const { features } = modelSpec.parse({
  model: 'm',
  task: 'binary-classification',
  owner: 'tests',
  source: { files: '*.csv' },
  contract: {
    label: 'l',
    features: { price: { type: 'number', min: 0, max: 1 }, region: { type: 'category' }, new: { type: 'boolean' } },
  },
}).contract;

/** Rises with the price, by 0.3 where new; in the south it counts a little more. A missing price counts as a half. */
const score = (of: Frame, threshold: number | null = 0.5): Answers => {
  const { price, region, new: fresh } = of.columns;
  if (price?.type !== 'number' || region?.type !== 'category' || fresh?.type !== 'number') throw new Error('columns are there');
  const scores = Float64Array.from({ length: of.rows }, (_, i) => {
    const p = price.values[i] ?? NaN;
    const south = region.levels[region.codes[i] ?? -1] === 'south' ? 0.05 : 0;
    return (Number.isNaN(p) ? 0.5 : p) * 0.6 + (fresh.values[i] === 1 ? 0.3 : 0) + south;
  });
  return answersAt(scores, threshold);
};

async function check(test: BehaviourSpec, threshold: number | null = 0.5) {
  const subject = {
    frame,
    features,
    answers: score(frame, threshold),
    score: (of: Frame) => Promise.resolve(score(of, threshold)),
    on: 'held-out rows',
    confidence: 0.95,
  };
  const [result] = await checkBehaviour([test], subject);
  if (result === undefined) throw new Error('a test gives a result');
  return result;
}

describe('an invariance', () => {
  it('tries every other value of a category, and counts the rows whose answer changes', async () => {
    // By hand: where a south more or less moves the score over 1/2. Rows without a region are not changed.
    const { call } = score(frame);
    const moved = {
      ...frame,
      columns: {
        ...frame.columns,
        region: { type: 'category' as const, codes: new Int32Array(rows), levels: ['north', 'south'] },
      },
    };
    const swapped = Int32Array.from({ length: rows }, (_, i) => 1 - ((i % 3) - 1));
    const other = score({
      ...moved,
      columns: { ...moved.columns, region: { type: 'category', codes: swapped, levels: ['north', 'south'] } },
    });
    const expected = Array.from({ length: rows }, (_, i) => i).filter((i) => i % 3 !== 0 && other.call?.[i] !== call?.[i]).length;
    expect(expected).toBeGreaterThan(0);
    const result = await check({ invariance: { column: 'region', except: 0 } });
    expect(result).toMatchObject({ gate: 'invariance region', passed: false, value: expected / 133, bound: 0, rows: 133 });
    expect(result.because).toMatch(
      /^the answer changes when region has another value for .* % of 133 held-out rows \(\d+; .*, at most 0 % is asked$/,
    );
    expect((await check({ invariance: { column: 'region', except: 0.2 } })).passed).toBe(true);
  });

  it('flips booleans, and moves numbers within what the contract allows', async () => {
    expect(await check({ invariance: { column: 'new', except: 0 } })).toMatchObject({ passed: false, rows: 200 });
    expect(await check({ invariance: { column: 'price', by: 0.001, except: 0.05 } })).toMatchObject({ passed: true, rows: 199 });
  });

  it('of a regression lets the answer move within a stated range', async () => {
    expect((await check({ invariance: { column: 'region', within: 0.06, except: 0 } }, null)).passed).toBe(true);
    expect((await check({ invariance: { column: 'region', within: 0.04, except: 0 } }, null)).value).toBe(1);
  });
});

describe('a direction', () => {
  it('holds where the score never falls, on the rows that can rise', async () => {
    // Row 7 has no price, and none is beyond the largest.
    expect(await check({ direction: { raise: 'price', by: 0.5, score: 'not_lower', except: 0 } })).toMatchObject({
      passed: true,
      value: 0,
      rows: 199,
    });
    expect(await check({ direction: { raise: 'new', score: 'not_lower', except: 0 } })).toMatchObject({
      passed: true,
      rows: 100,
    });
  });

  it('is broken where it goes the other way', async () => {
    const result = await check({ direction: { raise: 'price', by: 0.5, score: 'not_higher', except: 0.1 } });
    expect(result).toMatchObject({ passed: false, value: 1 });
    expect(result.because).toMatch(/^the score rises when price is 0\.5 more for 100 % of 199 held-out rows/);
  });
});

describe('a row that must hold', () => {
  it('has its class, or its score in a range; columns that are left out are missing', async () => {
    const row = { price: 0.9, new: true };
    expect(await check({ must_hold: { row, answer: 'yes' } })).toMatchObject({
      passed: true,
      value: expect.closeTo(0.84, 6),
      rows: 1,
    });
    expect(await check({ must_hold: { row: {}, answer: 'yes', because: 'nothing is known' } })).toMatchObject({
      passed: false,
      because: expect.stringMatching(/is answered no with a score of 0\.3, yes is asked \(nothing is known\)$/),
    });
    expect((await check({ must_hold: { row, between: [0.8, 0.85] } })).passed).toBe(true);
    expect(await check({ must_hold: { row: { ...row, region: 'south' }, between: [0.8, 0.85] } })).toMatchObject({
      passed: false,
      bound: 0.85,
    });
  });
});
