import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FinalError, PawlError } from '../errors.ts';
import { parsePredictRequest } from './predict-request.ts';

const subjects = (body: unknown, header: string | null = null) => {
  try {
    parsePredictRequest(body, header);
    return [];
  } catch (error) {
    return error instanceof PawlError ? error.problems.map((problem) => problem.subject) : [String(error)];
  }
};

describe('a predict request', () => {
  it('is one row with its id, or many rows with theirs', () => {
    expect(parsePredictRequest({ row: { a: 1 }, id: 'x' }, null)).toEqual({ rows: [{ a: 1 }], ids: ['x'], key: null });
    expect(parsePredictRequest({ rows: [{ a: 1 }, { a: 2 }], ids: ['x', 'y'] }, null)).toEqual({
      rows: [{ a: 1 }, { a: 2 }],
      ids: ['x', 'y'],
      key: null,
    });
  });

  it('takes its key from the body, else from the header', () => {
    expect(parsePredictRequest({ row: {}, key: 'body' }, 'header').key).toBe('body');
    expect(parsePredictRequest({ row: {} }, 'header').key).toBe('header');
  });

  it.each([
    ['both row and rows', { row: {}, rows: [{}] }, ['rows']],
    ['neither', {}, ['rows']],
    ['no row at all', { rows: [] }, ['rows']],
    ['an unknown key', { row: {}, model: 'm' }, ['model']],
    ['fewer ids than rows', { rows: [{}, {}], ids: ['a'] }, ['ids']],
    ['an id twice', { rows: [{}, {}], ids: ['a', 'a'] }, ['ids']],
    ['one id for a list', { rows: [{}], id: 'a' }, ['id']],
    ['a number for an id', { row: {}, id: 5 }, ['id']],
    ['an id without end', { row: {}, id: 'x'.repeat(201) }, ['id']],
    ['an empty key', { row: {}, key: '' }, ['key']],
    ['several of these at once', { rows: [], id: 'a', key: 7, x: 1 }, ['x', 'rows', 'id', 'key']],
    ['a list for a body', [{}], [undefined]],
  ])('is refused with %s', (_, body, expected) => {
    expect(subjects(body)).toEqual(expected);
  });

  it('is refused with a FinalError or accepted whole, for any JSON value', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ rows: fc.jsonValue(), ids: fc.jsonValue(), key: fc.jsonValue() })),
        (body) => {
          try {
            const { rows, ids } = parsePredictRequest(body, null);
            expect(rows.length).toBeGreaterThan(0);
            if (ids !== null) expect(ids.length).toBe(rows.length);
          } catch (error) {
            expect(error).toBeInstanceOf(FinalError);
          }
        },
      ),
    );
  });
});
