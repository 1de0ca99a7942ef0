import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../data/dataset.ts';
import type { Task } from '../../onnx/signature.ts';
import { packageFile } from '../../package-root.ts';
import { Checkpoints } from '../checkpoint.ts';
import { quietly } from '../trainer.testsuite.ts';
import { designOf } from './design.ts';
import { fitClasses, type ClassesState } from './fit-classes.ts';
import { fit, type FitState } from './fit.ts';
import { logisticParams } from './params.ts';

interface Reference {
  readonly columns: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly labels: Readonly<Record<Task, readonly number[]>>;
  readonly fits: readonly {
    readonly task: Task;
    readonly l1: number;
    readonly l2: number;
    readonly weighted: boolean;
    readonly coefficients: readonly (readonly number[])[];
    readonly intercept: readonly number[];
  }[];
}

const reference = JSON.parse(readFileSync(packageFile('test/reference/logistic.json'), 'utf8')) as Reference;

function frameOf(task: Task): Frame {
  const names = reference.columns.map((_, j) => `x${j}`);
  const columns = reference.columns.map((values, j) => [`x${j}`, { type: 'number', values: Float32Array.from(values) }] as const);
  return {
    rows: reference.weights.length,
    features: names,
    columns: Object.fromEntries(columns),
    label: Float64Array.from(reference.labels[task]),
    classes: task === 'regression' ? null : ['0', '1', '2'].slice(0, task === 'binary-classification' ? 2 : 3),
    timestamp: null,
  };
}

describe('scikit-learn finds the same coefficients', () => {
  for (const { task, l1, l2, weighted, coefficients, intercept } of reference.fits) {
    it(`${task}, l1 ${l1}, l2 ${l2}${weighted ? ', with weights' : ''}`, async () => {
      const weights = weighted ? Float64Array.from(reference.weights) : undefined;
      const frame = frameOf(task);
      const design = designOf(frame, weights);
      const control = quietly();
      const params = logisticParams.parse({ l1, l2, max_iterations: 2000, tolerance: 1e-13 });
      const problem = { task, design, label: frame.label, weights, l1, l2 };
      const found =
        task === 'multiclass-classification'
          ? (await fitClasses(problem, 3, params, control, new Checkpoints<ClassesState>('job', control))).coefficients
          : [(await fit(problem, params, control, new Checkpoints<FitState>('job', control))).beta];
      for (const [k, own] of coefficients.entries()) {
        own.forEach((expected, j) => {
          if (expected === 0) expect(found[k]?.[j]).toBe(0);
          expect(found[k]?.[j]).toBeCloseTo(expected, 9);
        });
        // pawl's means are those that the graph subtracts, in float32: the intercept is that of slightly other columns.
        expect(found[k]?.at(-1)).toBeCloseTo(intercept[k] ?? NaN, 6);
      }
    });
  }
});
