import { describe, expect, it } from 'vitest';
import { exampleSearch } from '../evidence/example-search.testsuite.ts';
import { searchReport } from '../evidence/search-report.ts';
import { trialsText } from './trials-text.ts';

describe('what a search has tried', () => {
  it('is told by trial, with each look at it', () => {
    const report = searchReport(exampleSearch);
    expect(report).toMatchObject({ release: 'm/3', metric: 'auc', chosen: { trial: 2, params: { leaves: 12, trees: 200 } } });
    expect(report.trials.map(({ trial, looks }) => [trial, looks.length])).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 1],
    ]);
    const text = trialsText(report);
    expect(text).toContain('m/3: 4 trials made: trial 2 with auc 0.85 (leaves 12).');
    expect(text).toMatch(/2 \*.*0\.8123 at 67 trees, 0\.85 at 200 trees.*4 s.*leaves 12/);
    expect(text).toMatch(/3 .*no luck.*failed/);
    expect(text).toMatch(/1 .*the parameters as written/);
  });

  it('is told of a search that goes on', () => {
    expect(trialsText(searchReport({ ...exampleSearch, choice: null }))).toContain('m/3 is searching its parameters.');
  });
});
