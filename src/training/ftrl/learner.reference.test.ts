import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Frame } from '../../data/dataset.ts';
import { packageFile } from '../../package-root.ts';
import { signatureOf } from '../signature-of.ts';
import { begin } from './begin.ts';
import { Learner, weightsOf } from './learner.ts';
import { ftrlParams } from './params.ts';

const reference = JSON.parse(readFileSync(packageFile('test/reference/ftrl.json'), 'utf8')) as {
  readonly number: readonly (number | null)[];
  readonly category: readonly string[];
  readonly label: readonly number[];
  readonly weights: readonly number[];
  readonly fits: readonly {
    readonly params: Readonly<Record<string, number>>;
    readonly weighted: boolean;
    readonly weights: Readonly<Record<string, number>>;
  }[];
};

const levels = ['coast', 'hills', 'plains'];
const frame: Frame = {
  rows: reference.label.length,
  features: ['number', 'category'],
  columns: {
    number: { type: 'number', values: Float32Array.from(reference.number, (value) => value ?? NaN) },
    category: { type: 'category', levels, codes: Int32Array.from(reference.category, (level) => levels.indexOf(level)) },
  },
  label: Float64Array.from(reference.label),
  classes: ['no', 'yes'],
  timestamp: null,
};

it.each(reference.fits)('River comes to the same weights: $params, weighted: $weighted', ({ params, weighted, weights }) => {
  const counts = weighted ? Float64Array.from(reference.weights) : undefined;
  const state = begin(signatureOf('binary-classification', frame), frame, counts, ftrlParams.parse(params), 1);
  const learner = new Learner(state, frame, counts);
  learner.learn(0, frame.rows, false);
  const { columns, intercept } = weightsOf(learner.state(frame.rows));
  const [numbers, categories] = columns;
  const slots = ['0', '1', '2', '3', 'missing'].map((name, slot) => [`number=${name}`, numbers?.[slot]] as const);
  const own = Object.fromEntries([
    ...slots,
    ...levels.map((level, slot) => [`category=${level}`, categories?.[slot]] as const),
    ['intercept', intercept] as const,
  ]);
  expect(Object.keys(own).toSorted()).toEqual(Object.keys(weights).toSorted());
  for (const [name, weight] of Object.entries(weights)) expect(own[name]).toBeCloseTo(weight, 11);
});
