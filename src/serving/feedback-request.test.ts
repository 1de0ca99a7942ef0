import { describe, expect, it } from 'vitest';
import { PawlError } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { acceptance, parseFeedback } from './feedback-request.ts';

const classifier: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [],
  classes: ['0', '1'],
  threshold: 0.5,
};
const regressor: ModelSignature = { format: 1, task: 'regression', features: [], classes: null, threshold: null };
const problems = (body: unknown, signature: ModelSignature | null = null) => {
  try {
    parseFeedback('m', body, signature, 5);
    return [];
  } catch (error) {
    return error instanceof PawlError ? error.problems.map((problem) => problem.message) : [String(error)];
  }
};

describe('feedback', () => {
  it('is one label or many, as text, observed now unless it says when', () => {
    expect(parseFeedback('m', { id: 'a', label: 1 }, classifier, 5)).toEqual([
      { model: 'm', predictionId: 'a', label: '1', observedAt: 5 },
    ]);
    const labels = [
      { id: 'a', label: '0', at: '1997-05-05T00:00:00Z' },
      { id: 'b', label: '1', at: 7 },
    ];
    expect(parseFeedback('m', { labels }, classifier, 5).map((label) => label.observedAt)).toEqual([Date.UTC(1997, 4, 5), 7]);
  });

  it.each([
    ['a label that is no class', { id: 'a', label: 'up' }, classifier, ['Label 1: up is no class.']],
    ['a label that is no number', { id: 'a', label: 'up' }, regressor, ['Label 1: up is no number.']],
    ['no label', { id: 'a' }, null, ['Label 1: label is text of 1 to 200 printable characters, a finite number, true or false.']],
    ['a time that is none', { id: 'a', label: 1, at: 'soon' }, null, ['Label 1: at is no time.']],
    ['a time before all calendars', { id: 'a', label: 1, at: -8.64e15 }, null, ['Label 1: at is no time.']],
    [
      'an id that Postgres cannot hold',
      { id: 'a\u0000', label: 1 },
      null,
      ['Label 1: id is text of 1 to 200 printable characters.'],
    ],
    ['an unknown key', { id: 'a', label: 1, lable: 2 }, null, ['Label 1: lable is unknown.']],
    ['an empty list', { labels: [] }, null, ['labels is a list of at least one.']],
    ['no object', 'label', null, ['The body is not a JSON object.']],
  ] as const)('is refused with %s', (_, body, signature, expected) => {
    expect(problems(body, signature)).toEqual(expected);
  });

  it('names the mistakes of all labels at once, by position', () => {
    expect(problems({ labels: [{ id: 'a', label: 1 }, { id: '', label: 1 }, { id: 'c' }] })).toEqual([
      'Label 2: id is text of 1 to 200 printable characters.',
      'Label 3: label is text of 1 to 200 printable characters, a finite number, true or false.',
    ]);
  });

  it('that contradicts itself is accepted, and the caller is told: the first label stands', () => {
    const parsed = (...labels: object[]) => acceptance(parseFeedback('m', { labels }, classifier, 5));
    expect(parsed({ id: 'a', label: 1 }, { id: 'a', label: '1' }, { id: 'b', label: 0 })).toEqual({ accepted: 3 });
    expect(parsed({ id: 'a', label: 1 }, { id: 'a', label: 0 }, { id: 'a', label: 1 })).toEqual({ accepted: 3, conflicting: 1 });
  });
});
