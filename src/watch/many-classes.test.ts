import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { threeClassesModel } from '../../test/serving/three-classes-model.ts';
import type { Frame } from '../data/dataset.ts';
import { beginDrift, observeDrift } from '../monitoring/drift-detector.ts';
import { driftFindings } from '../monitoring/drift-finding.ts';
import { driftReference, type DriftReference } from '../monitoring/drift-reference.ts';
import { answerFrame } from '../onnx/answer-frame.ts';
import { OnnxModel } from '../onnx/model.ts';
import { scoreFrame } from '../onnx/score-frame.ts';
import type { LoggedPrediction } from '../serving/logged-prediction.ts';
import { modelSpec } from '../spec/schema.ts';
import { Random } from '../training/random.ts';
import { learnReference } from './champion-reference.ts';
import { liveMetrics } from './sample-look.ts';

const rows = 4000;
const classes = ['high', 'low', 'mid'];
let model: OnnxModel;
beforeAll(async () => {
  model = await OnnxModel.open(threeClassesModel());
});
afterAll(() => model.release());

/** Rows of prices, and labels that are as likely as the model says. */
async function world(seed: number, price: (random: Random) => number): Promise<Frame> {
  const random = new Random(seed);
  const values = Float32Array.from({ length: rows }, () => price(random));
  const frame = {
    rows,
    features: ['price'],
    columns: { price: { type: 'number', values } as const },
    label: new Float64Array(rows),
    classes,
    timestamp: null,
  };
  const scores = await scoreFrame(model, frame);
  const label = Float64Array.from({ length: rows }, (_, row) => {
    const drawn = random.next();
    const [high = 0, low = 0] = scores.subarray(row * 3);
    return drawn < high ? 0 : drawn < high + low ? 1 : 2;
  });
  return { ...frame, label };
}

async function logged(frame: Frame): Promise<LoggedPrediction[]> {
  const { scores, predictions = [] } = await answerFrame(model, frame);
  return predictions.map((prediction, i) => ({
    id: `${i}`,
    model: 'm',
    version: 1,
    revision: 1,
    role: 'champion',
    key: null,
    at: i,
    score: scores[i] ?? NaN,
    prediction,
    row: {},
  }));
}

const accuracyOf = (answers: readonly LoggedPrediction[], { label }: Frame) =>
  answers.filter(({ prediction }, i) => prediction === classes[label[i] ?? -1]).length / answers.length;

describe('a model of three classes', () => {
  it('is estimated without labels as its labels then show, also where rows have become harder', async () => {
    const reference = await learnReference(await world(1, (random) => random.next()), model);
    expect(reference.losses?.rows).toBe(rows);
    const found: number[] = [];
    for (const [seed, price] of [
      [2, (random: Random) => random.next()],
      // Between low and mid, where nobody can tell.
      [3, (random: Random) => 0.2 + random.next() / 10],
    ] as const) {
      const frame = await world(seed, price);
      const answers = await logged(frame);
      const right = accuracyOf(answers, frame);
      const estimate = await reference.estimate(answers, 3);
      expect(estimate?.low).toBeLessThan(right);
      expect(estimate?.high).toBeGreaterThan(right);
      expect(estimate?.metrics).toEqual({ accuracy: estimate?.value });
      found.push(estimate?.value ?? NaN);
    }
    expect((found[0] ?? 0) - (found[1] ?? 0)).toBeGreaterThan(0.2);
  });

  it('has its labels held against its classes: accuracy, and the F1 of its classes', async () => {
    const frame = await world(4, (random) => random.next());
    const answers = await logged(frame);
    const spec = modelSpec.parse({
      model: 'm',
      task: 'multiclass-classification',
      owner: 'tests',
      source: { files: '*.csv' },
      contract: { label: 'y', features: { price: { type: 'number' } } },
    });
    const labelsOf = () => Promise.resolve(new Map(answers.map(({ id }, i) => [id, classes[frame.label[i] ?? -1] ?? ''])));
    const { metrics, labels } = await liveMetrics(spec, 1, answers, labelsOf);
    expect(labels).toBe(rows);
    expect(metrics['accuracy']).toBeCloseTo(accuracyOf(answers, frame), 12);
    expect(metrics['f1']).toBeGreaterThan(0.6);
    expect(Object.keys(metrics)).toEqual(['accuracy', 'f1']);
  });
});

describe('the mix of predicted classes', () => {
  const price = { price: { type: 'number' } as const };
  /** Classes by these shares, in an order that the seed shuffles. */
  const drawn = (seed: number, shares: readonly number[], count: number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => {
      const place = random.next();
      return classes[place < (shares[0] ?? 0) ? 0 : place < (shares[0] ?? 0) + (shares[1] ?? 0) ? 1 : 2] ?? '';
    });
  };
  const watch = (reference: DriftReference, predictions: readonly string[]) => {
    const at = predictions.map((_, i) => i);
    const scores = Float64Array.from(predictions, (_, i) => ((i * 37) % 101) / 101);
    const batch = { at, columns: { price: scores }, scores, predictions };
    const { alarms } = observeDrift(reference, beginDrift(reference), batch, { falseAlarmRows: 100_000 });
    return driftFindings(alarms, 1);
  };
  const scores = Float64Array.from({ length: 5000 }, (_, i) => ((i * 37) % 101) / 101);
  const reference = driftReference(
    { price: scores },
    { features: price, scores, predictions: drawn(1, [0.5, 0.5, 0], 5000), stretch: 1000 },
  );

  it('is a column beside the score, and together they weigh what the score weighs alone', () => {
    expect(reference.columns.map(({ name, of }) => [name, of])).toEqual([
      ['price', 'feature'],
      ['predicted class', 'prediction'],
      ['score', 'score'],
    ]);
    expect(reference.columns.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    const alone = driftReference({ price: scores }, { features: price, scores, stretch: 1000 });
    expect(alone.columns.at(-1)?.weight).toBeCloseTo(0.2, 12);
  });

  it('is quiet while the classes come as before', () => {
    expect(watch(reference, drawn(2, [0.5, 0.5, 0], 3000))).toMatchObject({ drift: null, faults: [] });
  });

  it('tells of a class that comes more often than before, also where it did not come at all: that is no fault of the data', () => {
    const { drift, faults } = watch(reference, drawn(3, [0.5, 0.2, 0.3], 3000));
    expect(faults).toEqual([]);
    expect(drift?.features).toEqual(['predicted class']);
    expect(drift?.because).toMatch(/^the mix of predicted classes moved: predicted class is /);
  });
});
