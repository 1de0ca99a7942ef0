import { describe, expect, it } from 'vitest';
import type { TrialRecord } from '../registry/trials.ts';
import { searchReport, trialsText } from './trials-text.ts';

const look = (changes: Partial<TrialRecord>): TrialRecord => ({
  ...{ release: 'm/3', trial: 1, rung: 0, params: {}, share: 1 / 3, resource: '67 trees' },
  ...{ state: 'done', score: 0.81234, seconds: 2, because: null },
  beganAt: new Date(0),
  endedAt: new Date(5),
  ...changes,
});
const records = [
  look({}),
  look({ trial: 2, params: { leaves: 12 } }),
  look({ trial: 2, rung: 1, params: { leaves: 12 }, share: 1, resource: '200 trees', score: 0.85 }),
  look({ trial: 3, params: { leaves: 9 }, state: 'failed', score: null, seconds: null, resource: null, because: 'no luck' }),
  look({ trial: 4, params: { leaves: 5 }, state: 'running', score: null, seconds: null, resource: null, endedAt: null }),
];
const choice = {
  ...({ key: 'm/3/search/chosen', model: 'm', release: 'm/3', workflow: 'release', stage: 'search', action: 'choose' } as const),
  because: '4 trials made: trial 2 with auc 0.85 (leaves 12)',
  evidence: { trial: 2, rung: 1, score: 0.85, metric: 'auc', params: { leaves: 12, trees: 200 }, trials: 4 },
};

describe('what a search has tried', () => {
  it('is told by trial, with each look at it', () => {
    const report = searchReport('m/3', records, choice);
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
    expect(trialsText(searchReport('m/3', records, null))).toContain('m/3 is searching its parameters.');
  });
});
