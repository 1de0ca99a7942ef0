import { describe, expect, it } from 'vitest';
import { smallModel, type SmallModel } from '../../test/serving/small-model.ts';
import { threeClassesModel } from '../../test/serving/three-classes-model.ts';
import type { Problem } from '../errors.ts';
import { Graph } from '../onnx/graph.ts';
import { rescore } from './rescore.ts';
import type { ParsedRow } from './row-parsing.ts';
import { LoopScorer } from './loop-scorer.ts';
import { OnnxModel } from '../onnx/model.ts';
import { openScorer } from './open-scorer.ts';
import { PoolScorer } from './pool-scorer.ts';
import type { Scorer } from './scorer.ts';

type Open = (bytes: Uint8Array) => Promise<Scorer>;

const onLoop: Open = async (bytes) => new LoopScorer(await OnnxModel.open(bytes), () => 0);
const onThreads: Open = async (bytes) => {
  const model = await OnnxModel.open(bytes);
  await model.release();
  return PoolScorer.open({ signature: model.signature, bytes, threads: 2, msPerRow: 0.02, memoryBytes: 0 });
};

function parse(scorer: Scorer, price: number | null, region: string | null = 'NSW'): ParsedRow {
  const problems: Problem[] = [];
  const row = scorer.parse({ price, region }, problems);
  if (row === null) throw new Error(problems[0]?.message);
  return row;
}

describe.each([
  ['on the event loop', onLoop],
  ['on threads', onThreads],
])('a scorer %s', (_, open) => {
  async function withScorer<T>(model: SmallModel, work: (scorer: Scorer) => Promise<T>): Promise<T> {
    const scorer = await open(smallModel(model));
    try {
      return await work(scorer);
    } finally {
      await scorer.release();
    }
  }

  it('scores numbers, categories and missing values in the order of the rows', () =>
    withScorer({}, async (scorer) => {
      const rows = [parse(scorer, 0.9), parse(scorer, 0.1, 'VIC'), parse(scorer, null, null), parse(scorer, 0.9, 'unseen')];
      const answers = await scorer.score(rows);
      expect(answers.map((answer) => answer.prediction)).toEqual(['1', '0', '1', '1']);
      const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
      for (const [i, logit] of [4.1, -4.1, 0, 4].entries()) expect(answers[i]?.score).toBeCloseTo(sigmoid(logit), 5);
    }));

  it('gives of three classes the most probable one, and the probability of each', async () => {
    const scorer = await open(threeClassesModel());
    try {
      const prices = [0.1, 0.9, 0.55, ...Array.from({ length: 5000 }, (_, i) => i / 5000)];
      const problems: Problem[] = [];
      const rows = prices.map((price) => scorer.parse({ price }, problems) ?? []);
      const answers = await scorer.score(rows);
      expect(answers.slice(0, 3).map(({ prediction }) => prediction)).toEqual(['low', 'high', 'mid']);
      for (const [i, { score, prediction, probabilities }] of answers.entries()) {
        const weights = [1, 0, 0.5].map((centre) => Math.exp(-20 * ((prices[i] ?? 0) - centre) ** 2));
        const sum = weights.reduce((total, weight) => total + weight, 0);
        weights.forEach((weight, k) => expect(probabilities?.[k]).toBeCloseTo(weight / sum, 5));
        expect(score).toBe(probabilities?.[['high', 'low', 'mid'].indexOf(String(prediction))]);
      }
    } finally {
      await scorer.release();
    }
  });

  it('fails a request of three classes of which one has no number, and none beside it', async () => {
    const scorer = await open(threeClassesModel({ notANumber: true }));
    try {
      const [good, bad] = [0.1, null].map((price) => scorer.parse({ price }, []) ?? []);
      const [first, second] = await Promise.allSettled([scorer.score([good ?? []]), scorer.score([bad ?? []])]);
      expect(first).toMatchObject({ status: 'fulfilled', value: [{ prediction: 'low' }] });
      expect(second).toMatchObject({ status: 'rejected', reason: { code: 'PAWL_PREDICTION_FAILED' } });
    } finally {
      await scorer.release();
    }
  });

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
    const scorer = await open(smallModel());
    const asked = scorer.score([parse(scorer, 0.9)]);
    await scorer.release();
    await expect(asked).resolves.toMatchObject([{ prediction: '1' }]);
    await expect(scorer.score([parse(scorer, 0.9)])).rejects.toMatchObject({ code: 'PAWL_PREDICTION_FAILED' });
  });

  it('keeps account of the rows that it scored and the time that took', () =>
    withScorer({}, async (scorer) => {
      await Promise.all([scorer.score([parse(scorer, 0.1)]), scorer.score([parse(scorer, 0.1), parse(scorer, 0.9)])]);
      expect(scorer.cost()).toMatchObject({ rows: 3 });
      expect(scorer.cost().cpuMs).toBeGreaterThan(0);
    }));
});

describe('a scorer on threads', () => {
  it('turns away what its threads could not answer within a second, and takes more once they have caught up', async () => {
    const model = await OnnxModel.open(smallModel());
    await model.release();
    const slow = { signature: model.signature, bytes: smallModel(), threads: 1, msPerRow: 10, memoryBytes: 0 };
    const scorer = await PoolScorer.open(slow);
    const asked = await Promise.allSettled(Array.from({ length: 150 }, () => scorer.score([parse(scorer, 0.9)])));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect(asked.at(-1)).toMatchObject({ reason: { code: 'PAWL_OVERLOADED' } });
    await expect(scorer.score([parse(scorer, 0.9)])).resolves.toHaveLength(1);
    await scorer.release();
  });

  it('does not start on bytes that are no artifact', async () => {
    const { signature } = await onLoop(smallModel());
    const broken = { signature, bytes: new Uint8Array(10), threads: 1, msPerRow: 1, memoryBytes: 0 };
    await expect(PoolScorer.open(broken)).rejects.toMatchObject({ code: 'PAWL_ARTIFACT_UNREADABLE' });
  });
});

describe('an artifact that is opened for serving', () => {
  it('scores on the event loop where that is quick', async () => {
    const scorer = await openScorer(smallModel());
    expect(scorer.immediate).toBe(true);
    expect(scorer.cost().memoryBytes).toBeGreaterThanOrEqual(smallModel().length);
    await scorer.release();
  });

  it('scores on threads where a row takes long', async () => {
    const scorer = await openScorer(heavyModel());
    expect(scorer.immediate).toBe(false);
    const problems: Problem[] = [];
    const row = scorer.parse({ x: 1 }, problems) ?? [];
    const answers = await Promise.all(Array.from({ length: 20 }, () => scorer.score([row])));
    expect(new Set(answers.map(([answer]) => answer?.score)).size).toBe(1);
    await scorer.release();
  });

  it('may fail on rows that nobody sent', async () => {
    const scorer = await openScorer(smallModel({ failsAbove: 0.9 }));
    await expect(scorer.score([parse(scorer, 0.7)])).resolves.toMatchObject([{ prediction: '1' }]);
    await scorer.release();
  });
});

/** A regression of one number that takes each row through products of large matrices. */
function heavyModel(): Uint8Array {
  const graph = new Graph();
  const width = 400;
  const weights = graph.floats([width, width], new Float32Array(width * width).fill(1 / width));
  const x = graph.node('Where', [graph.node('IsNaN', ['x']), graph.floats([1, 1], [0]), 'x']);
  let row = graph.node('MatMul', [x, graph.floats([1, width], new Float32Array(width).fill(1))]);
  for (let i = 0; i < 120; i++) row = graph.node('Tanh', [graph.node('MatMul', [row, weights])]);
  graph.node('MatMul', [row, graph.floats([width, 1], new Float32Array(width).fill(1))], {}, '', 'score');
  return graph.encode({
    format: 1,
    task: 'regression',
    features: [{ name: 'x', type: 'number' }],
    classes: null,
    threshold: null,
  });
}

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
