import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../errors.ts';
import type { ModelSignature } from '../onnx/signature.ts';
import { RowParser } from './row-parsing.ts';

const signature: ModelSignature = {
  format: 1,
  task: 'binary-classification',
  features: [
    { name: 'price', type: 'number' },
    { name: 'holiday', type: 'boolean' },
    { name: 'region', type: 'category' },
  ],
  classes: ['0', '1'],
  threshold: 0.5,
};
const parser = new RowParser(signature);
const good = { price: 0.5, holiday: true, region: 'NSW' };
const parse = (row: unknown) => parser.parse(row, []);
const problemsOf = (row: unknown) => {
  const problems: Problem[] = [];
  expect(parser.parse(row, problems) === null).toBe(problems.length > 0);
  return problems;
};
const subjects = (row: unknown) => problemsOf(row).map((problem) => problem.subject);

describe('row parsing', () => {
  it('gives the values in the order of the signature, whatever the order of the row', () => {
    expect(parse({ region: 'NSW', holiday: false, price: 2 })).toEqual([2, 0, 'NSW']);
  });

  it('takes null as a missing value of any column', () => {
    expect(parse({ price: null, holiday: null, region: null })).toEqual([NaN, NaN, '']);
  });

  it('names every mistake of a row at once, each with its column', () => {
    expect(subjects({ price: 'x', holiday: 'yes', Region: 'NSW' })).toEqual(['price', 'holiday', 'region', 'Region']);
  });

  it.each([
    ['a missing column', { price: 1, holiday: true }, 'region'],
    ['an unknown column', { ...good, colour: 'red' }, 'colour'],
    ['a column named like a property of every object', { ...good, constructor: 1 }, 'constructor'],
    ['text for a number', { ...good, price: '0.5' }, 'price'],
    ['an infinite number', { ...good, price: JSON.parse('1e999') }, 'price'],
    ['a number that float32 cannot hold', { ...good, price: 1e39 }, 'price'],
    ['NaN', { ...good, price: NaN }, 'price'],
    ['a number other than 0 and 1 for a boolean', { ...good, holiday: 2 }, 'holiday'],
    ['a number for a category', { ...good, region: 3 }, 'region'],
    ['a list for a number', { ...good, price: [1] }, 'price'],
  ])('refuses %s and names the column', (_, row, column) => {
    expect(subjects(row)).toEqual([column]);
  });

  it('does not take inherited properties for columns', () => {
    expect(subjects(Object.create(good))).toEqual(['price', 'holiday', 'region']);
  });

  it('says how to write what was nearly right', () => {
    expect(problemsOf({ ...good, region: 3 })).toMatchObject([{ hint: 'write it as "3"' }]);
    expect(problemsOf({ price: 1, holiday: true, Region: 'NSW' })).toMatchObject([{}, { hint: 'did you mean region?' }]);
  });

  it('either gives a value for each feature or at least one problem, for any JSON value', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ price: fc.jsonValue(), holiday: fc.jsonValue(), region: fc.jsonValue() })),
        (row) => {
          const problems: Problem[] = [];
          const values = parser.parse(row, problems);
          if (values === null) expect(problems.length).toBeGreaterThan(0);
          else {
            expect(problems).toEqual([]);
            expect(values.map((value) => typeof value)).toEqual(['number', 'number', 'string']);
          }
        },
      ),
    );
  });
});
