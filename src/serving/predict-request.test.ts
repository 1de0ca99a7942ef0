import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FinalError, PawlError } from '../errors.ts';
import { callerHeaders, parsePredictRequest } from './predict-request.ts';

const none = callerHeaders(() => null);
const withKey = (key: string | null) => ({ ...none, key });

const subjects = (body: unknown, header: string | null = null) => {
  try {
    parsePredictRequest(body, withKey(header));
    return [];
  } catch (error) {
    return error instanceof PawlError ? error.problems.map((problem) => problem.subject) : [String(error)];
  }
};

describe('a predict request', () => {
  it('is one row with its id, or many rows with theirs', () => {
    expect(parsePredictRequest({ row: { a: 1 }, id: 'x' }, none)).toMatchObject({ rows: [{ a: 1 }], ids: ['x'], key: null });
    expect(parsePredictRequest({ rows: [{ a: 1 }, { a: 2 }], ids: ['x', 'y'] }, none)).toMatchObject({
      rows: [{ a: 1 }, { a: 2 }],
      ids: ['x', 'y'],
      key: null,
    });
  });

  it('takes its key from the body, else from the header', () => {
    expect(parsePredictRequest({ row: {}, key: 'body' }, withKey('header')).key).toBe('body');
    expect(parsePredictRequest({ row: {} }, withKey('header')).key).toBe('header');
  });

  it('says by headers who asks, for which version, and whether it takes part in experiments', () => {
    const { segment, version, experiment } = parsePredictRequest(
      { row: {} },
      { key: null, segment: 'beta', version: 'v3', experiment: 'off' },
    );
    expect({ segment, version, experiment }).toEqual({ segment: 'beta', version: 3, experiment: false });
    expect(parsePredictRequest({ row: {} }, none)).toMatchObject({ segment: null, version: null, experiment: true });
  });

  it('is refused with headers that say nothing, all of them named', () => {
    const headers = { key: '', segment: 'x'.repeat(201), version: 'newest', experiment: 'on' };
    expect(() => parsePredictRequest({ row: {} }, headers)).toThrow(
      expect.objectContaining({
        problems: ['x-pawl-key', 'x-pawl-segment', 'x-pawl-version', 'x-pawl-experiment'].map((subject) =>
          expect.objectContaining({ subject }),
        ),
      }),
    );
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
            const { rows, ids } = parsePredictRequest(body, none);
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
