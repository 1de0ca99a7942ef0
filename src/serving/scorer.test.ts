import { describe, expect, it } from 'vitest';
import { smallModel, type SmallModel } from '../../test/serving/small-model.ts';
import { rescore } from './rescore.ts';
import type { ParsedRow } from './row-parsing.ts';
import { openScorer, warmUp, type Scorer } from './scorer.ts';

async function withScorer<T>(model: SmallModel, work: (scorer: Scorer) => Promise<T>): Promise<T> {
  const scorer = await openScorer(smallModel(model));
  try {
    return await work(scorer);
  } finally {
    await scorer.release();
  }
}
function parse(scorer: Scorer, price: number | null, region: string | null = 'NSW'): ParsedRow {
  const row = scorer.parse({ price, region });
  if (Array.isArray(row)) throw new Error(row[0]?.message);
  return row;
}

describe('a scorer', () => {
  it('scores numbers, categories and missing values in the order of the rows', () =>
    withScorer({}, async (scorer) => {
      const rows = [parse(scorer, 0.9), parse(scorer, 0.1, 'VIC'), parse(scorer, null, null), parse(scorer, 0.9, 'unseen')];
      const answers = await scorer.score(rows);
      expect(answers.map((answer) => answer.prediction)).toEqual(['1', '0', '1', '1']);
      const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
      for (const [i, logit] of [4.1, -4.1, 0, 4].entries()) expect(answers[i]?.score).toBeCloseTo(sigmoid(logit), 5);
    }));

  it('gives requests of one turn the answers that each would get alone', () =>
    withScorer({}, async (scorer) => {
      const prices = Array.from({ length: 100 }, (_, i) => i / 100);
      const alone: number[] = [];
      for (const price of prices) alone.push((await scorer.score([parse(scorer, price)]))[0]?.score ?? NaN);
      const together = await Promise.all(prices.map((price) => scorer.score([parse(scorer, price), parse(scorer, 0.5)])));
      expect(together.map((answers) => answers[0]?.score)).toEqual(alone);
      expect(together.every((answers) => answers.length === 2)).toBe(true);
    }));

  it('scores more rows than one run takes', () =>
    withScorer({}, async (scorer) => {
      const answers = await scorer.score(Array.from({ length: 5000 }, (_, i) => parse(scorer, i / 5000)));
      expect(answers).toHaveLength(5000);
      expect(answers.filter((answer) => answer.prediction === '1').length).toBeGreaterThan(2400);
      expect(answers[4999]?.prediction).toBe('1');
    }));

  it('fails only the request whose rows ONNX Runtime cannot score, not those of the same turn', () =>
    withScorer({ failsAbove: 0.9 }, async (scorer) => {
      const [good, bad, alsoGood] = await Promise.allSettled(
        [0.1, 0.95, 0.7].map((price) => scorer.score([parse(scorer, price)])),
      );
      expect(good).toMatchObject({ status: 'fulfilled', value: [{ prediction: '0' }] });
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'PAWL_PREDICTION_FAILED' } });
      expect(alsoGood).toMatchObject({ status: 'fulfilled', value: [{ prediction: '1' }] });
    }));

  it('refuses a score that is no number', () =>
    withScorer({ notANumberAbove: 0.9 }, async (scorer) => {
      await expect(scorer.score([parse(scorer, 0.95)])).rejects.toMatchObject({ code: 'PAWL_PREDICTION_FAILED' });
      await expect(scorer.score([parse(scorer, 0.8)])).resolves.toMatchObject([{ prediction: '1' }]);
    }));

  it('answers what it was asked before it was released, and nothing after', async () => {
    const scorer = await openScorer(smallModel());
    const asked = scorer.score([parse(scorer, 0.9)]);
    await scorer.release();
    await expect(asked).resolves.toMatchObject([{ prediction: '1' }]);
    await expect(scorer.score([parse(scorer, 0.9)])).rejects.toMatchObject({ code: 'PAWL_PREDICTION_FAILED' });
  });

  it('warms up on rows of missing values', () => withScorer({}, (scorer) => expect(warmUp(scorer)).resolves.toBeUndefined()));
});

describe('scoring a frame again', () => {
  it('says through serving what the graph says of the frame', async () => {
    const frame = {
      rows: 3,
      features: ['price', 'region'],
      columns: {
        price: { type: 'number', values: Float32Array.of(0.9, NaN, 0.1) },
        region: { type: 'category', codes: Int32Array.of(0, 1, -1), levels: ['NSW', 'VIC'] },
      },
      label: new Float64Array(3),
      classes: ['0', '1'],
      timestamp: null,
    } as const;
    const scores = await rescore(smallModel(), frame);
    expect(Array.from(scores, (score) => Math.round(score * 1000) / 1000)).toEqual([0.984, 0.475, 0.018]);
  });
});
