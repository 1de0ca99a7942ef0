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

  it('names in headers the version that answered, and who stood in', () => {
    expect(predictAnswer('m', { predictions: [], version: 3, fallback: null }).headers).toEqual({ 'x-pawl-version': '3' });
    expect(predictAnswer('m', { predictions: [], version: null, fallback: 'default' }).headers).toEqual({
      'x-pawl-fallback': 'default',
    });
  });
});
