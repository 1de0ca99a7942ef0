import { describe, expect, it } from 'vitest';
import type { Problem } from '../../errors.ts';
import type { ModelSignature } from '../../onnx/signature.ts';
import { rowsOf } from './tensor-rows.ts';
import type { Tensor } from './tensors.ts';

const signature = (features: ModelSignature['features']): ModelSignature => ({
  format: 1,
  task: 'binary-classification',
  features,
  classes: ['0', '1'],
  threshold: 0.5,
});
const mixed = signature([
  { name: 'price', type: 'number' },
  { name: 'holiday', type: 'boolean' },
  { name: 'region', type: 'category' },
]);
const numbers = signature([
  { name: 'a', type: 'number' },
  { name: 'b', type: 'number' },
  { name: 'c', type: 'boolean' },
]);

function tensor(name: string, elements: Tensor['elements'], datatype = 'FP32', width = 1): Tensor {
  return { name, datatype, rows: elements.length / width, width, elements };
}
function problemsOf(tensors: Tensor[], of: ModelSignature | null = mixed): Problem[] {
  const problems: Problem[] = [];
  expect(rowsOf(tensors, of, problems)).toBeNull();
  return problems;
}
const price = tensor('price', [0.5, null]);
const holiday = tensor('holiday', [true, false], 'BOOL');
const region = tensor('region', ['NSW', null], 'BYTES');

describe('the rows of a request', () => {
  it('have a column for each tensor, in the order of the signature', () => {
    const rows = rowsOf([region, holiday, price], mixed, []);
    expect(rows).toEqual([
      { price: 0.5, holiday: true, region: 'NSW' },
      { price: null, holiday: false, region: null },
    ]);
    expect(Object.keys(rows?.[0] ?? {})).toEqual(['price', 'holiday', 'region']);
  });

  it('come from one tensor of all columns too where none is a category', () => {
    expect(rowsOf([tensor('input', [1, 2, 0, 4, null, 1], 'FP64', 3)], numbers, [])).toEqual([
      { a: 1, b: 2, c: 0 },
      { a: 4, b: null, c: 1 },
    ]);
  });

  it('keep the named form where the one tensor is a feature', () => {
    const one = signature([{ name: 'input', type: 'number' }]);
    expect(rowsOf([tensor('input', [1, 2])], one, [])).toEqual([{ input: 1 }, { input: 2 }]);
    expect(problemsOf([tensor('a', [1, 2, 3], 'FP32', 3)], numbers).map((problem) => problem.subject)).toEqual(['a', 'b', 'c']);
  });

  it('name every column at fault at once', () => {
    const problems = problemsOf([tensor('price', ['high'], 'BYTES'), tensor('Region', ['NSW'], 'BYTES')]);
    expect(problems.map((problem) => problem.subject)).toEqual(['price', 'holiday', 'region', 'Region']);
    expect(problems.at(-1)?.hint).toBe('did you mean region?');
  });

  it('have one tensor a column, of as many rows and one column each', () => {
    expect(problemsOf([price, price, holiday, region])).toMatchObject([{ message: 'Tensor price occurs twice.' }]);
    expect(problemsOf([price, tensor('holiday', [true], 'BOOL'), region])).toMatchObject([{ subject: 'holiday' }]);
    expect(problemsOf([price, holiday, tensor('region', ['a', 'b', 'c', 'd'], 'BYTES', 2)])).toMatchObject([
      { subject: 'region', message: 'Tensor region has 2 columns.' },
    ]);
  });

  it('need a tensor of all columns to be as wide as the signature, and numbers', () => {
    expect(problemsOf([tensor('input', [1, 2], 'FP32', 2)], numbers)).toMatchObject([
      { subject: 'input', hint: '[rows, 3] in the order a, b, c, or a tensor for each' },
    ]);
    expect(problemsOf([tensor('input', [true, true, true], 'BOOL', 3)], numbers)).toMatchObject([{ subject: 'input' }]);
  });

  it('take true and false for no number, and numbers for no category', () => {
    expect(problemsOf([tensor('price', [true], 'BOOL'), tensor('holiday', [1]), tensor('region', [1], 'INT8')])).toMatchObject([
      { subject: 'price' },
      { subject: 'region', hint: 'BYTES' },
    ]);
  });

  it('go by their names while no version is there to say better', () => {
    expect(rowsOf([price, tensor('anything', [1, 2])], null, [])).toEqual([
      { price: 0.5, anything: 1 },
      { price: null, anything: 2 },
    ]);
    expect(problemsOf([], null)).toMatchObject([{ subject: 'inputs' }]);
  });
});
