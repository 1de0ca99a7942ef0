import { describe, expect, it } from 'vitest';
import { generatedFrame } from '../../../test/training/generated-frame.ts';
import { pickRows } from '../../data/pick-rows.ts';
import type { Frame } from '../../data/dataset.ts';
import { OnnxModel } from '../../onnx/model.ts';
import { scoreFrame } from '../../onnx/score-frame.ts';
import type { Task } from '../../onnx/signature.ts';
import { Checkpoints } from '../checkpoint.ts';
import { signatureOf } from '../signature-of.ts';
import { quietly } from '../trainer.testsuite.ts';
import { designOf, type Design } from './design.ts';
import { exportLinear } from './export.ts';
import { fit, type FitState } from './fit.ts';
import { normalEquations } from './normal-equations.ts';
import { logisticParams } from './params.ts';

async function fitted(task: Task, frame: Frame, params: Record<string, unknown>, weights?: Float64Array) {
  const design = designOf(frame, weights);
  const control = quietly();
  const checkpoints = new Checkpoints<FitState>('job', control);
  const parsed = logisticParams.parse(params);
  const { l1, l2 } = parsed;
  const { beta } = await fit({ task, design, label: frame.label, weights, l1, l2 }, parsed, control, checkpoints);
  return { design, beta };
}

/** The penalised loss of a classifier, and its derivatives. */
function lossOf(design: Design, { label }: Frame, l2: number) {
  const problem = { task: 'binary-classification', design, label, weights: undefined, l1: 0, l2 } as const;
  return (beta: Float64Array) => normalEquations(problem, beta, new AbortController().signal);
}

/** What the coefficients say of the rows that they were fitted to, added up term by term. */
function linear({ terms, values, width, groups, rows }: Design, beta: Float64Array): number[] {
  return Array.from({ length: rows }, (_, row) => {
    let sum = beta[terms.length] ?? NaN;
    for (let j = 0; j < width; j++) sum += (values[row * width + j] ?? NaN) * (beta[j] ?? NaN);
    for (const group of groups) sum += beta[group[row] ?? -1] ?? 0;
    return sum;
  });
}

const frameOf = (x: number[], y: number[], classes: Frame['classes'] = null): Frame => ({
  rows: x.length,
  features: ['x'],
  columns: { x: { type: 'number', values: Float32Array.from(x) } },
  label: Float64Array.from(y),
  classes,
  timestamp: null,
});

describe('the linear fit', () => {
  it('is the line of least squares without a penalty', async () => {
    // y = 3 + 2x and errors that neither slope nor intercept explain.
    const x = [0, 0, 1, 1, 2, 2];
    const { design, beta } = await fitted(
      'regression',
      frameOf(
        x,
        x.map((x, i) => 3 + 2 * x + (i % 2 === 0 ? 0.5 : -0.5)),
      ),
      { l2: 0 },
    );
    linear(design, beta).forEach((value, i) => expect(value).toBeCloseTo(3 + 2 * (x[i] ?? NaN), 9));
  });

  it('shrinks the standardised slope by n / (n + l2), and not the intercept', async () => {
    const x = [0, 0, 1, 1, 2, 2];
    const y = x.map((x) => 3 + 2 * x);
    const { beta } = await fitted('regression', frameOf(x, y), { l2: 6 });
    expect(beta[0]).toBeCloseTo((2 * Math.sqrt(4 / 6)) / 2, 9);
    expect(beta[1]).toBeCloseTo(5, 9);
  });

  it('gives each group its own frequency without a penalty', async () => {
    // Of the rows with x = 0 a quarter is positive, of those with x = 1 three in four.
    const x = [0, 0, 0, 0, 1, 1, 1, 1];
    const { design, beta } = await fitted('binary-classification', frameOf(x, [0, 0, 0, 1, 1, 1, 1, 0], ['no', 'yes']), {
      l2: 0,
    });
    const probabilities = linear(design, beta).map((score) => 1 / (1 + Math.exp(-score)));
    expect(probabilities[0]).toBeCloseTo(0.25, 9);
    expect(probabilities[7]).toBeCloseTo(0.75, 9);
  });

  it('ends where the penalised loss is flat, and lower than nearby', async () => {
    const frame = generatedFrame('binary-classification', 600);
    const { design, beta } = await fitted('binary-classification', frame, { l2: 0.7 });
    const at = lossOf(design, frame, 0.7);
    const { gradient, loss } = await at(beta);
    for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(1e-6);
    for (let j = 0; j < beta.length; j++) {
      for (const step of [-0.01, 0.01])
        expect((await at(beta.map((b, k) => (k === j ? b + step : b)))).loss).toBeGreaterThan(loss);
    }
  });

  it('has derivatives that are those of its loss', async () => {
    const frame = generatedFrame('binary-classification', 300);
    const design = designOf(frame);
    const at = lossOf(design, frame, 0.3);
    const beta = Float64Array.from({ length: design.terms.length + 1 }, (_, j) => Math.sin(j) / 3);
    const { gradient, information } = await at(beta);
    const step = 1e-5;
    for (let j = 0; j < beta.length; j++) {
      const [up, down] = [
        await at(beta.map((b, k) => (k === j ? b + step : b))),
        await at(beta.map((b, k) => (k === j ? b - step : b))),
      ];
      expect((down.loss - up.loss) / (2 * step)).toBeCloseTo(gradient[j] ?? NaN, 4);
      for (let k = 0; k <= j; k++) {
        expect(((down.gradient[k] ?? NaN) - (up.gradient[k] ?? NaN)) / (2 * step)).toBeCloseTo(
          information[j * beta.length + k] ?? NaN,
          4,
        );
      }
    }
  });

  it('stays finite where a column parts the classes', async () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const frame = frameOf(
      x,
      x.map((x) => Number(x >= 20)),
      ['no', 'yes'],
    );
    for (const l2 of [0, 1e-6, 1]) {
      const { design, beta } = await fitted('binary-classification', frame, { l2 });
      expect(beta.every(Number.isFinite)).toBe(true);
      linear(design, beta).forEach((score, i) => expect(score > 0).toBe(i >= 20));
    }
  });

  it.each([
    ['binary-classification', 0],
    ['binary-classification', 2],
    ['regression', 0],
    ['regression', 2],
  ] as const)('takes a row of weight 2 for two rows, and one of weight 0 for none: %s, l1 %d', async (task, l1) => {
    const frame = generatedFrame(task, 300);
    const weights = Float64Array.from({ length: 300 }, (_, row) => row % 3);
    const repeated = pickRows(
      frame,
      [...weights].flatMap((weight, row) => new Array<number>(weight).fill(row)),
    );
    const [weighted, twice] = [await fitted(task, frame, { l1 }, weights), await fitted(task, repeated, { l1 })];
    expect(weighted.design.terms).toHaveLength(twice.design.terms.length);
    weighted.beta.forEach((b, j) => expect(b).toBeCloseTo(twice.beta[j] ?? NaN, 6));
  });

  it('leaves out what weighs little by absolute coefficients, and the more the larger they count', async () => {
    const frame = generatedFrame('binary-classification', 600);
    const left = async (l1: number) =>
      (await fitted('binary-classification', frame, { l1, l2: 0 })).beta.filter((b) => b !== 0).length;
    const counts = [await left(0), await left(5), await left(20), await left(10_000)];
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    // The intercept is never left out.
    expect(counts.at(-1)).toBe(1);
    expect(counts[2]).toBeLessThan(counts[0] ?? 0);
  });

  it('gives columns that say the same a finite weight', async () => {
    const frame = frameOf([1, 2, 3, 4, 5, 6], [2, 4, 6, 8, 10, 12]);
    const twice: Frame = {
      ...frame,
      features: ['x', 'again'],
      columns: { ...frame.columns, again: frame.columns['x'] ?? { type: 'number', values: new Float32Array() } },
    };
    const { design, beta } = await fitted('regression', twice, { l2: 0 });
    linear(design, beta).forEach((value, i) => expect(value).toBeCloseTo(2 * (i + 1), 6));
  });
});

describe('the design', () => {
  it('imputes the mean beside an indicator, and has one for each frequent level', () => {
    const { terms } = designOf(generatedFrame('regression', 400));
    expect(terms.map((term) => `${term.feature} ${term.kind === 'level' ? term.level : term.kind}`)).toEqual([
      'signal value',
      'noise value',
      'flag value',
      'signal missing',
      'region coast',
      'region hills',
      'region plains',
      'region missing',
    ]);
  });

  it('keeps the hundred most frequent levels', () => {
    const levels = Array.from({ length: 150 }, (_, i) => `level ${i}`);
    // Level i occurs 5 + i times.
    const codes = Int32Array.from(levels.flatMap((_, i) => new Array<number>(5 + i).fill(i)));
    const frame: Frame = {
      ...frameOf([...codes], [...codes]),
      features: ['c'],
      columns: { c: { type: 'category', codes, levels } },
    };
    const kept = designOf(frame).terms.map((term) => (term.kind === 'level' ? term.level : term.kind));
    expect(kept).toEqual(levels.slice(50));
  });
});

describe('the exported graph', () => {
  it.each(['binary-classification', 'regression'] as const)('says what the coefficients say: %s', async (task) => {
    const frame = generatedFrame(task, 5000);
    const { design, beta } = await fitted(task, frame, {});
    const model = await OnnxModel.open(exportLinear(signatureOf(task, frame), design.terms, [beta]));
    const graph = await scoreFrame(model, frame);
    await model.release();
    const scale = task === 'regression' ? 100 : 1;
    linear(design, beta).forEach((score, row) => {
      const own = task === 'regression' ? score : 1 / (1 + Math.exp(-score));
      expect(Math.abs((graph[row] ?? NaN) - own) / scale).toBeLessThan(1e-5);
    });
  });
});
