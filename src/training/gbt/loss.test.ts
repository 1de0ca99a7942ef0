import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../onnx/signature.ts';
import { lossOf } from './loss-of.ts';
import type { Loss, Target } from './loss.ts';
import type { GbtParams } from './params.ts';

const kinds: readonly [name: string, task: Task, params: Pick<GbtParams, 'loss' | 'alpha'>][] = [
  ['log loss', 'binary-classification', {}],
  ['softmax', 'multiclass-classification', {}],
  ['squared', 'regression', { loss: 'squared' }],
  ['absolute', 'regression', { loss: 'absolute' }],
  ['quantile', 'regression', { loss: 'quantile', alpha: 0.8 }],
  ['poisson', 'regression', { loss: 'poisson' }],
];
const smooth = kinds.filter(([name]) => name !== 'absolute' && name !== 'quantile');

const score = fc.double({ min: -4, max: 4, noNaN: true });
const row = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.double({ min: 0.1, max: 5, noNaN: true }), score, score, score);
const rows = fc.array(row, { minLength: 2, maxLength: 20 });
type Row = readonly [label: number, weight: number, ...scores: number[]];

function made(task: Task, params: Pick<GbtParams, 'loss' | 'alpha'>, all: readonly Row[]) {
  const label = Float64Array.from(all, ([y]) => (task === 'binary-classification' ? Math.min(y, 1) : y));
  const target: Target = { label, weights: Float64Array.from(all, ([, weight]) => weight), learned: all.length };
  const loss = lossOf(task, params, target, 3);
  const scores = Array.from({ length: loss.outputs }, (_, k) => Float64Array.from(all, (one) => one[2 + k] as number));
  return { target, loss, scores };
}

function derivatives(loss: Loss, output: number, scores: Float64Array[]) {
  const into = { gradient: new Float64Array(scores[0]?.length ?? 0), hessian: new Float64Array(scores[0]?.length ?? 0) };
  loss.startRound?.(scores);
  loss.derive(output, scores, into);
  return into;
}

describe.each(kinds)('the loss %s', (name, task, params) => {
  it('has the gradient that its mean moves by', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { target, loss, scores } = made(task, params, all);
        const total = (target.weights ?? new Float64Array()).reduce((sum, weight) => sum + weight, 0);
        for (const output of scores.keys()) {
          const { gradient } = derivatives(loss, output, scores);
          const at = scores[output] as Float64Array;
          const step = 1e-5;
          // Where a score meets its label, the quantile loss has a kink.
          if (name !== 'softmax' && at.some((s, i) => Math.abs(s - (target.label[i] ?? 0)) < 2 * step)) return;
          at[0] = (at[0] as number) + step;
          const above = loss.mean(scores, 0, all.length);
          at[0] -= 2 * step;
          const below = loss.mean(scores, 0, all.length);
          at[0] += step;
          expect(((above - below) * total) / (2 * step)).toBeCloseTo(gradient[0] as number, 4);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is least, of all constants, at its base', () => {
    fc.assert(
      fc.property(rows, score, (all, shift) => {
        const { target, loss } = made(task, params, all);
        if (new Set(target.label).size === 1) return;
        const flat = loss.base.map((start) => new Float64Array(all.length).fill(start));
        const least = loss.mean(flat, 0, all.length);
        for (const [k, start] of loss.base.entries()) {
          const moved = flat.map((scores, i) => (i === k ? new Float64Array(all.length).fill(start + shift) : scores));
          expect(loss.mean(moved, 0, all.length)).toBeGreaterThanOrEqual(least - 1e-6);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('looks at the rows asked for only, and learns from the first ones', () => {
    const all: Row[] = [
      [1, 1, 0, 0, 0],
      [0, 2, 1, 2, 0],
      [1, 1, -1, 0, 1],
      [2, 9, 3, 1, 2],
    ];
    const { target, loss } = made(task, params, all);
    const other = lossOf(task, params, { ...target, label: target.label.map((y, i) => (i < 3 ? y : 2)), learned: 3 }, 3);
    expect(lossOf(task, params, { ...target, label: target.label.map((y, i) => (i < 3 ? y : 0)), learned: 3 }, 3).base).toEqual(
      other.base,
    );
    const scores = Array.from({ length: loss.outputs }, (_, k) => Float64Array.from(all, (one) => one[2 + k] as number));
    const whole = loss.mean(scores, 0, 4) * 13;
    expect(loss.mean(scores, 0, 3) * 4 + loss.mean(scores, 3, 4) * 9).toBeCloseTo(whole, 9);
  });
});

describe.each(smooth)('the second derivative of %s', (name, task, params) => {
  it('is what the gradient moves by', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const { loss, scores } = made(task, params, all);
        // Of K scores, the own one of each is moved; Friedman's factor is K/(K-1).
        const factor = name === 'softmax' ? 3 / 2 : 1;
        for (const output of scores.keys()) {
          const at = scores[output] as Float64Array;
          const step = 1e-5;
          const { hessian } = derivatives(loss, output, scores);
          at[0] = (at[0] as number) + step;
          const above = derivatives(loss, output, scores).gradient[0] as number;
          at[0] -= 2 * step;
          const below = derivatives(loss, output, scores).gradient[0] as number;
          at[0] += step;
          expect((factor * (above - below)) / (2 * step)).toBeCloseTo(hessian[0] as number, 4);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('a leaf', () => {
  it('of the quantile loss takes the quantile of its residuals', () => {
    const label = Float64Array.of(1, 2, 3, 10, 99);
    const loss = lossOf('regression', { loss: 'absolute' }, { label, weights: null, learned: 5 }, 1);
    const scores = [Float64Array.of(0, 0, 1, 1, 0)];
    expect(loss.leafValue?.(0.3, Int32Array.of(0, 1, 2, 3), scores)).toBe(2);
    const weighed = lossOf('regression', { loss: 'absolute' }, { label, weights: Float64Array.of(0, 1, 1, 3, 0), learned: 5 }, 1);
    expect(weighed.leafValue?.(0.3, Int32Array.of(0, 1, 2, 3, 4), scores)).toBe(9);
    expect(weighed.leafValue?.(0.3, Int32Array.of(0, 4), scores)).toBe(0.3);
  });

  it('of the Poisson loss never steps beyond what is best for it, and down no further than Newton does', () => {
    const loss = lossOf('regression', { loss: 'poisson' }, { label: Float64Array.of(1, 2), weights: null, learned: 2 }, 1);
    // Labels a thousand times the expectation: Newton would multiply it by e^999.
    expect(loss.leafValue?.(999, new Int32Array(), [])).toBeCloseTo(Math.log(1000), 12);
    expect(loss.leafValue?.(-0.4, new Int32Array(), [])).toBe(-0.4);
  });
});
