import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictAnswer } from './predict-answer.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const prediction = fc.record({
  id: fc.string({ unit: 'binary' }),
  prediction: fc.oneof(fc.string({ unit: 'binary' }), finite),
  score: fc.option(finite),
  version: fc.option(fc.nat()),
});

describe('the answer to a predict request', () => {
  it('is the JSON of its predictions, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(prediction), (model, predictions) => {
        const { body } = predictAnswer(model, { predictions, version: 1, fallback: null });
        expect(JSON.parse(String(body))).toEqual(JSON.parse(JSON.stringify({ model, predictions })));
      }),
    );
  });

  it('names the probability of each of three classes or more, whatever they are called', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 6 }), (classes) => {
        const values = classes.map((_, k) => (k + 1) / 10);
        const { body } = predictAnswer('m', {
          predictions: [{ id: 'a', prediction: 'b', score: 0.5, version: 1, probabilities: { classes, values } }],
          version: 1,
          fallback: null,
        });
        const [told] = (JSON.parse(String(body)) as { predictions: { probabilities: Record<string, number> }[] }).predictions;

        expect(told?.probabilities).toEqual(Object.fromEntries(classes.map((name, k) => [name, values[k]])));
      }),
    );
  });

  it('names in headers the version that answered, and who stood in', () => {
    expect(predictAnswer('m', { predictions: [], version: 3, fallback: null }).headers).toEqual({ 'x-pawl-version': '3' });
    expect(predictAnswer('m', { predictions: [], version: null, fallback: 'default' }).headers).toEqual({
      'x-pawl-fallback': 'default',
    });
  });
});
