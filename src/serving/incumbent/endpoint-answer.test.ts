import { describe, expect, it } from 'vitest';
import type { ModelSignature } from '../../onnx/signature.ts';
import { answerOf, findByName, type Found } from './endpoint-answer.ts';
import { decodePredictions } from './json-formats.ts';
import { priceSignature } from './team-endpoint.testsuite.ts';
import { decodeV2 } from './v2-format.ts';

const withClasses = (negative: string, positive: string): ModelSignature => ({
  ...priceSignature,
  classes: [negative, positive],
});
const regression: ModelSignature = { ...priceSignature, task: 'regression', classes: null, threshold: null };

describe('what an endpoint says of a row', () => {
  it.each([
    ['a class by its text', { only: 'UP' }, { prediction: 'UP', score: 1, graded: false }],
    ['the other class', { prediction: 'DOWN' }, { prediction: 'DOWN', score: 0, graded: false }],
    ['a probability alone', { only: 0.3 }, { prediction: 'DOWN', score: 0.3, graded: true }],
    ['a probability in a column of one', { only: [0.7] }, { prediction: 'UP', score: 0.7, graded: true }],
    ['the probabilities of both classes, ascending', { only: [0.2, 0.8] }, { prediction: 'UP', score: 0.8, graded: true }],
    ['1 for the positive class', { only: 1 }, { prediction: 'UP', score: 1, graded: false }],
    ['false for the negative class', { only: false }, { prediction: 'DOWN', score: 0, graded: false }],
    ['a class by a threshold of its own', { prediction: 'UP', score: 0.2 }, { prediction: 'UP', score: 0.2, graded: true }],
  ])('is read where it is %s', (_, found, answer) => {
    expect(answerOf(found, priceSignature)).toEqual(answer);
  });

  it('is a class where it could be a class and a probability', () => {
    expect(answerOf({ only: 1 }, withClasses('1', '2'))).toMatchObject({ prediction: '1', score: 0 });
    expect(answerOf({ only: 1 }, withClasses('0', '1'))).toMatchObject({ prediction: '1', score: 1 });
    expect(answerOf({ only: '1.0' }, withClasses('0', '1'))).toMatchObject({ prediction: '1' });
    expect(answerOf({ score: 1 }, withClasses('1', '2'))).toMatchObject({ prediction: '2', score: 1 });
  });

  it('takes the positive class from its place in ascending order, also where the contract makes the lesser class positive', () => {
    expect(answerOf({ score: [0.9, 0.1] }, withClasses('UP', 'DOWN'))).toMatchObject({ prediction: 'DOWN', score: 0.9 });
    expect(answerOf({ score: [0.9, 0.1] }, withClasses('9', '10'))).toMatchObject({ prediction: '9', score: 0.1 });
  });

  it('is a number for a regression', () => {
    expect(answerOf({ only: [41.5] }, regression)).toEqual({ prediction: 41.5, score: 41.5, graded: true });
    expect(answerOf({ only: 'much' }, regression)).toBe('"much" is no finite number');
    expect(answerOf({ only: null }, regression)).toBe('null is no finite number');
  });

  it.each([
    [{ only: 'SIDEWAYS' }, '"SIDEWAYS" is neither DOWN nor UP nor a probability'],
    [{ only: 1.5 }, '1.5 is neither'],
    [{ prediction: 'UP', score: 7 }, 'the score 7 is no probability'],
    [{}, 'nothing is neither'],
  ])('is refused where it means nothing: %j', (found, because) => {
    expect(answerOf(found, priceSignature)).toContain(because);
  });

  it('is found under the names that servers use, and alone under any', () => {
    expect(
      findByName(
        new Map([
          ['probabilities', 1],
          ['label', 2],
        ]),
      ),
    ).toEqual({ score: 1, prediction: 2 });
    expect(findByName(new Map([['variable', 1]]))).toEqual({ only: 1 });
    expect(
      findByName(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toEqual({});
    expect(
      findByName(
        new Map<string, unknown>([
          ['prediction', 'UP'],
          ['score', null],
        ]),
      ),
    ).toEqual({ prediction: 'UP' });
  });
});

describe('what an endpoint of many classes says of a row', () => {
  const classes = ['2', '9', '10'];
  const many: ModelSignature = { ...priceSignature, task: 'multiclass-classification', classes, threshold: null };

  it.each([
    ['a class by its text', { only: '9' }, { prediction: '9', score: 1, graded: false }],
    ['a class by its number', { prediction: 10.0 }, { prediction: '10', score: 1, graded: false }],
    [
      'the probabilities of all, ascending',
      { only: [0.2, 0.7, 0.1] },
      { prediction: '9', score: 0.7, graded: true, probabilities: [0.2, 0.7, 0.1] },
    ],
    [
      'a class and the probabilities by name, and it may not be the most probable',
      { prediction: '2', score: { '10': 0.1, '9': 0.7, '2': 0.2 } },
      { prediction: '2', score: 0.2, graded: true, probabilities: [0.2, 0.7, 0.1] },
    ],
    ['a class and its probability', { prediction: '2', score: 0.6 }, { prediction: '2', score: 0.6, graded: true }],
  ])('is read where it is %s', (_, found, answer) => {
    expect(answerOf(found, many)).toEqual(answer);
  });

  it.each([
    [{ only: '11' }, '"11" is none of 3 classes'],
    [{ only: [0.5, 0.5] }, '[0.5,0.5] is none of 3 classes'],
    [{ prediction: '2', score: [0.5, 0.5] }, 'the score [0.5,0.5] is no probability, and no list of 3 of them'],
    [{}, 'nothing is none of 3 classes'],
  ])('is refused where it means nothing: %j', (found, because) => {
    expect(answerOf(found, many)).toContain(because);
  });

  it('is found in the answers of every protocol', () => {
    const pawl = { predictions: [{ id: 'a', prediction: '9', score: 0.7, probabilities: { '2': 0.2, '9': 0.7, '10': 0.1 } }] };
    const v2 = {
      outputs: [
        { name: 'predict', data: ['9'] },
        { name: 'predict_proba', data: [0.2, 0.7, 0.1] },
      ],
    };
    const zipMap = { predictions: [{ '2': 0.2, '9': 0.7, '10': 0.1 }] };
    for (const found of [decodePredictions(pawl, 3), decodeV2(v2, 1, 3), decodePredictions(zipMap, 3)]) {
      expect(answerOf((found as readonly Found[])[0] ?? {}, many)).toMatchObject({
        prediction: '9',
        probabilities: [0.2, 0.7, 0.1],
      });
    }
  });
});
