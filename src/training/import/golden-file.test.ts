import { describe, expect, it } from 'vitest';
import { largestGolden, parseGolden } from './golden-file.ts';

const parsed = (text: string) => parseGolden('golden.json', Buffer.from(text));
const problems = (text: string): string[] => {
  try {
    parsed(text);
    return [];
  } catch (error) {
    const { code, problems: found } = error as { code: string; problems: { subject: string; message: string }[] };
    expect(code).toBe('PAWL_IMPORT_REFUSED');
    expect(found.every(({ subject }) => subject === 'golden.json')).toBe(true);
    return found.map(({ message }) => message);
  }
};

describe('a file of golden rows', () => {
  it('has rows as callers send them, and a score or a list of scores for each', () => {
    expect(parsed('{ "rows": [{ "size": 3, "town": null }], "scores": [0.5] }')).toEqual({
      file: 'golden.json',
      rows: [{ size: 3, town: null }],
      scores: [0.5],
    });
    expect(parsed('{ "rows": [{ "size": 3 }], "scores": [[0.5, 0.25, 0.25]] }').scores).toEqual([[0.5, 0.25, 0.25]]);
  });

  it('is refused with what is wrong with it', () => {
    expect(problems('{ "rows": [{ "size": NaN }], "scores": [1] }')).toEqual([expect.stringContaining('JSON') as string]);
    expect(problems('{ "rows": [], "scores": [] }')).toEqual(['rows: at least one row']);
    expect(problems('{ "rows": [3, 4], "scores": [1, 2] }')).toEqual([
      'rows.0: an object of columns, as callers send it',
      'rows.1: an object of columns, as callers send it',
    ]);
    expect(problems('{ "rows": [{}], "scores": ["0.5"] }')).toEqual(['scores.0: a number, or a list of them']);
    expect(problems('{ "rows": [{}, {}], "scores": [1] }')).toEqual(['it has 2 rows and 1 scores']);
    expect(problems('{ "rows": [{}], "scores": [1], "metric": 2 }')).toHaveLength(1);
    expect(problems('[]')).toHaveLength(1);
    expect(problems(' '.repeat(largestGolden + 1))).toEqual(['it has 11 MB, and 10 MB are taken']);
  });
});
