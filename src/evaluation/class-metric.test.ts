import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageFile } from '../package-root.ts';
import { metricsOf } from './answers.ts';
import { answersOfClasses, answersOfNamed, oneAgainstOthers } from './class-answers.ts';
import { classMetric, classMetricNames } from './class-metric.ts';
import { classReports } from './class-reports.ts';
import { compare } from './comparison.ts';
import { reliabilityCurve } from './reliability.ts';

/** Made by test/reference/make_classes.py. */
const reference = JSON.parse(readFileSync(packageFile('test/reference/classes.json'), 'utf8')) as Record<
  string,
  { label: number[]; probability: number[]; metrics: Record<string, number> }
>;
const names = ['a', 'b', 'c', 'd'];
const answers = (probability: readonly number[]) => answersOfClasses(probability, names, names);

describe('metrics of many classes', () => {
  it.each(Object.entries(reference))('are scikit-learn’s: %s', (_, { label, probability, metrics }) => {
    const found = metricsOf(label, answers(probability));
    expect(Object.keys(found)).toEqual([...classMetricNames]);
    for (const [name, value] of Object.entries(metrics)) {
      // The top probability is kept as float32, which is what a graph gives.
      const precision = name === 'ece' ? 1e-7 : 1e-9;
      expect(Math.abs((found[name] ?? NaN) - value), name).toBeLessThanOrEqual(precision);
    }
  });

  it('count a row as often as its weight says', () => {
    const row = fc.record({
      label: fc.nat(3),
      logits: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 }),
      weight: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.constantFrom(...classMetricNames), (rows, metric) => {
        const of = (some: readonly { label: number; logits: readonly number[] }[]) => ({
          label: some.map(({ label }) => label),
          answers: answers(
            some.flatMap(({ logits }) => {
              const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
              return logits.map((logit) => Math.exp(logit) / sum);
            }),
          ),
        });
        const once = of(rows);
        const repeated = of(rows.flatMap(({ weight, ...one }) => new Array<typeof one>(weight).fill(one)));
        const weighted = classMetric(metric, once.label, once.answers)(rows.map(({ weight }) => weight));
        const plain = classMetric(metric, repeated.label, repeated.answers)(new Array<number>(repeated.label.length).fill(1));
        if (Number.isNaN(plain)) expect(weighted).toBeNaN();
        else expect(weighted).toBeCloseTo(plain, 9);
      }),
    );
  });

  it('without probabilities are those that need none', () => {
    const named = answersOfNamed(['a', 'b', 'elsewhere'], names);
    expect(metricsOf([0, 1, 2], named)).toEqual({ accuracy: 2 / 3, f1: 2 / 3, precision: 2 / 3, recall: 2 / 3 });
    expect(reliabilityCurve([0, 1, 2], named, 0.95)).toBeNull();
  });

  it('have no value where a probability is no number', () => {
    expect(metricsOf([0, 1], answers([0.7, 0.1, 0.1, 0.1, NaN, 0, 0, 1]))).toEqual({});
  });
});

describe('answers of many classes', () => {
  it('are put into the order of the classes that the rows know; an answer beyond them is never right', () => {
    const scores = [0.1, 0.2, 0.7, 0.5, 0.3, 0.2];
    const { call, many, score } = answersOfClasses(scores, ['b', 'a', 'gone'], ['a', 'b', 'new']);
    expect([...(call ?? [])]).toEqual([255, 1]);
    expect([...Float32Array.from(many?.probabilities ?? [])]).toEqual([...Float32Array.from([0.2, 0.1, 0, 0.3, 0.5, 0])]);
    expect(score[0]).toBeCloseTo(0.7, 6);
    expect(metricsOf([2, 1], answersOfClasses(scores, ['b', 'a', 'gone'], ['a', 'b', 'new']))['accuracy']).toBe(0.5);
  });

  it('are compared by who alone was right: where both are wrong, each in its way, nobody gains', async () => {
    const label = [0, 1, 2, 3, 0, 1];
    const candidate = answersOfNamed(['a', 'b', 'a', 'a', 'b', 'b'], names);
    const champion = answersOfNamed(['a', 'c', 'b', 'b', 'a', 'b'], names);
    const { gain, evidence } = await compare('accuracy', label, candidate, champion, 0.95, false);
    expect(gain).toBe(0);
    expect(evidence).toBe('1 row only it got right, 1 only the champion');
  });

  it('of one class against all others are those of a binary classification', () => {
    const { label, answers: own } = oneAgainstOthers([0, 1, 1], answers([0.6, 0.4, 0, 0, 0.4, 0.6, 0, 0, 0.7, 0.3, 0, 0]), 1);
    expect([...label]).toEqual([0, 1, 1]);
    expect([...(own.call ?? [])]).toEqual([0, 1, 0]);
    expect([...Array.from(own.score)]).toEqual([0.4, 0.6, 0.3]);
    expect(own.many).toBeUndefined();
  });
});

it('a report of each class tells its rows, its recall and its precision', () => {
  const frame = {
    rows: 4,
    features: [],
    columns: {},
    label: Float64Array.of(0, 0, 1, 1),
    classes: ['a', 'b', 'c'],
    timestamp: null,
  };
  const reports = classReports(frame, answersOfNamed(['a', 'b', 'b', 'b'], frame.classes), 0.95) ?? [];
  expect(
    reports.map(({ class: name, rows, predicted, recall, precision }) => [
      name,
      rows,
      predicted,
      recall?.value,
      precision?.value,
    ]),
  ).toEqual([
    ['a', 2, 1, 0.5, 1],
    ['b', 2, 3, 1, 2 / 3],
    ['c', 0, 0, undefined, undefined],
  ]);
});
